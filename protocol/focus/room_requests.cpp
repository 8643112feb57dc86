// Part of Conferences: what pages and the command line ask (room_request.hpp).
#include "protocol/focus/directory.hpp"
#include "protocol/focus/notices.hpp"
#include "protocol/muc/limits.hpp"
#include "protocol/muc/slug.hpp"
#include "protocol/muc/text.hpp"

namespace klassenraum::focus {

namespace {

RoomSummary summary_of(const Conference& conference) {
    const muc::Room& room = conference.room();
    return {.slug = room.slug(),
            .title = room.title(),
            .password = std::string(room.password().shown()),
            .state = conference.state(),
            .occupants = static_cast<std::uint32_t>(room.occupants().size())};
}

RoomAnswer answer_to(RequestId request, RoomState state = RoomState::Closed) {
    RoomAnswer answer;
    answer.request = request;
    answer.state = state;
    return answer;
}

RoomAnswer refused(RequestId request, RoomError error) {
    RoomAnswer answer = answer_to(request);
    answer.error = error;
    return answer;
}

}  // namespace

RoomAnswer Conferences::Parts::create(const CreateRoom& request, const Turn& turn) {
    if (request.account.empty()) return refused(request.request, RoomError::NotOwner);
    const std::string title = muc::plain_line(muc::first_octets(request.title, muc::kMaxTitle), muc::kMaxTitle);
    std::optional<muc::Password> password = muc::Password::create(request.password);
    if (!password) return refused(request.request, RoomError::BadPassword);
    std::string slug =
        request.slug.empty() ? muc::make_slug(request.account, title, entropy) : muc::fold_room_name(request.slug);
    if (slug.empty()) return refused(request.request, RoomError::BadTitle);
    Conference* conference = find(slug);
    if (conference != nullptr ? conference->room().account() != request.account
                              : !muc::is_of_account(slug, request.account)) {
        return refused(request.request, RoomError::NotOwner);
    }
    const Lifetime lifetime = lifetime_of_plans(turn, config.planned_lifetime);
    if (conference != nullptr) {
        if (!conference->set_password(std::move(*password), turn))
            return refused(request.request, RoomError::BadPassword);
        if (conference->state() == RoomState::Planned) conference->plan_until(lifetime);
    } else if (former.has(slug, *password)) {
        return refused(request.request, RoomError::BadPassword);
    } else {
        conference = open(slug, request.account, title.empty() ? slug : title, std::move(*password), lifetime);
        if (conference == nullptr) return refused(request.request, RoomError::TooManyRooms);
    }
    if (request.policy) conference->set_policy(*request.policy, turn);
    RoomAnswer answer = answer_to(request.request, conference->state());
    answer.rooms.push_back(summary_of(*conference));
    return answer;
}

RoomAnswer Conferences::Parts::query(const QueryRoom& request) {
    const Conference* conference = find(muc::fold_room_name(request.slug));
    const bool open = conference != nullptr && conference->guests_may_enter();
    return answer_to(request.request, open ? RoomState::Open : RoomState::Closed);
}

RoomAnswer Conferences::Parts::end(const EndRoom& request, const Turn& turn) {
    Conference* conference = find(muc::fold_room_name(request.slug));
    const bool foreign =
        conference != nullptr && !request.account.empty() && conference->room().account() != request.account;
    // A room of somebody else looks like none.
    if (conference == nullptr || foreign) return refused(request.request, RoomError::Unknown);
    conference->end(kEndedReason, turn);
    return answer_to(request.request);
}

RoomAnswer Conferences::Parts::list(const ListRooms& request) const {
    RoomAnswer answer = answer_to(request.request);
    for (const auto& [slug, conference] : conferences) {
        if (request.administrator) {
            RoomSummary summary = summary_of(*conference);
            summary.title.clear();
            summary.password.clear();
            answer.rooms.push_back(std::move(summary));
        } else if (!request.account.empty() && conference->room().account() == request.account) {
            answer.rooms.push_back(summary_of(*conference));
        }
    }
    return answer;
}

Conference* Conferences::Parts::owned(std::string_view account, std::string_view slug) {
    Conference* conference = find(muc::fold_room_name(slug));
    return conference != nullptr && !account.empty() && conference->room().account() == account ? conference : nullptr;
}

RoomAnswer Conferences::Parts::details(RequestId request, const Conference& conference, const Turn& turn) const {
    RoomAnswer answer = answer_to(request, conference.state());
    answer.rooms.push_back(summary_of(conference));
    answer.details = conference.describe(turn.now);
    return answer;
}

namespace {

// Each says whether there was anything wrong with it.
struct Control {
    Conference& conference;
    const Turn& turn;

    RoomError operator()(const DescribeRoom&) const { return RoomError::None; }
    RoomError operator()(const SetPolicy& request) const {
        conference.set_policy(request.policy, turn);
        return RoomError::None;
    }
    RoomError operator()(const SetPassword& request) const {
        std::optional<muc::Password> password = muc::Password::create(request.password);
        const bool set = password && conference.set_password(std::move(*password), turn);
        return set ? RoomError::None : RoomError::BadPassword;
    }
    RoomError operator()(const ExtendRoom& request) const {
        conference.extend(request.minutes);
        return RoomError::None;
    }
    RoomError operator()(const QuietRoom& request) const {
        conference.set_quiet(request.quiet, turn);
        return RoomError::None;
    }
    RoomError operator()(const ShutDoor& request) const {
        conference.shut_door(request.shut, turn);
        return RoomError::None;
    }
    RoomError operator()(const AnswerWaiting& request) const {
        return conference.answer_waiting(request.person, request.admit, turn) ? RoomError::None : RoomError::Unknown;
    }
    RoomError operator()(const RemovePerson& request) const {
        return conference.remove_person(request.person, turn) ? RoomError::None : RoomError::Unknown;
    }
    template <typename Other>
    RoomError operator()(const Other&) const {
        return RoomError::Unknown;  // answered elsewhere
    }
};

template <typename Request>
constexpr bool kIsControl = requires(const Request& request) {
    request.account;
    request.slug;
}
&&!std::is_same_v<Request, CreateRoom> && !std::is_same_v<Request, EndRoom>;

}  // namespace

void Conferences::Parts::control(const RoomRequest& request, const Turn& turn) {
    std::visit(
        [&](const auto& question) {
            if constexpr (kIsControl<std::decay_t<decltype(question)>>) {
                Conference* conference = owned(question.account, question.slug);
                const RoomError error =
                    conference == nullptr ? RoomError::Unknown : Control{*conference, turn}(question);
                turn.out.answers.push_back(error == RoomError::None ? details(question.request, *conference, turn)
                                                                    : refused(question.request, error));
            }
        },
        request);
}

}  // namespace klassenraum::focus
