#include "protocol/bridge/channel.hpp"

#include <algorithm>

namespace klassenraum::bridge {

namespace {

// One visit per kind of message.
struct Conversation {
    Conference& conference;
    Endpoint& sender;
    Context& context;

    void operator()(colibri::ReceiverVideoConstraints& message) {
        sender.constraints.merge(std::move(message));
        conference.mark_dirty();
    }
    void operator()(const colibri::LastNChanged& message) {
        sender.constraints.set_last_n(message.last_n);
        conference.mark_dirty();
    }
    void operator()(colibri::SourceVideoTypeChanged& message) {
        // A client of 2022 names no source: it has one camera.
        Source* source = sender.find_source(message.source.empty() ? sender.name + "-v0" : message.source);
        if (source == nullptr || !source->is_video() || source->type == message.type) return;
        source->set_type(message.type);
        sender.set_force_mute(sender.force_mute);  // a camera that became a screen falls under the other ban
        conference.mark_dirty();
    }
    void operator()(colibri::ReceiverAudioSubscription& message) {
        sender.audio_subscription = std::move(message);
        conference.mark_dirty();
    }
    void operator()(const colibri::EndpointMessage& message) {
        if (message.to.empty() ? sender.force_mute.messages : sender.force_mute.whispers) return;
        if (message.to.empty()) {
            conference.tell_all(message.rebuilt, &sender, context);
        } else if (Endpoint* receiver = conference.find(message.to); receiver != nullptr) {
            receiver->say(message.rebuilt, context.out);
        }
    }
    void operator()(const colibri::EndpointStats& message) {
        // Its members are the client's to choose: whoever may not speak to all may not smuggle words through here.
        if (sender.force_mute.messages) return;
        const bool to_all = conference.endpoints().size() <= kStatsToAllBelow;
        for (const auto& receiver : conference.endpoints()) {
            if (receiver.get() == &sender || (!to_all && !watches(*receiver))) continue;
            receiver->say(message.rebuilt, context.out);
        }
    }
    void operator()(const colibri::ClientHello&) { sender.say(colibri::write_server_hello(), context.out); }

    bool watches(Endpoint& receiver) const {
        return std::any_of(sender.sources.begin(), sender.sources.end(), [&receiver](const auto& source) {
            const Subscription* subscription = source->subscription_of(receiver);
            return subscription != nullptr && subscription->video != nullptr && subscription->video->wanted;
        });
    }
};

}  // namespace

void receive_message(Conference& conference, Endpoint& sender, std::string_view text, Context& context) {
    ++context.counters.channel_messages_received;
    const bool within_rate = sender.message_rate.take(1, context.now) &&
                             sender.message_bytes.take(static_cast<std::uint32_t>(text.size()), context.now);
    auto message =
        within_rate ? colibri::parse_message(text, sender.name)
                    : Result<colibri::ClientMessage, colibri::MessageError>(failure(colibri::MessageError::TooLarge));
    if (!message) {
        ++context.counters.channel_messages_refused;
        return;
    }
    std::visit(Conversation{.conference = conference, .sender = sender, .context = context}, *message);
}

}  // namespace klassenraum::bridge
