// A browser without a screen for the tests of the pages: a Site over a fake gateway, requests in, responses out,
// cookies kept.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocol/core/entropy.hpp"
#include "protocol/muc/slug.hpp"
#include "server/pages/site.hpp"

namespace klassenraum::pages {

class FakeGateway final : public Gateway {
public:
    explicit FakeGateway(Entropy& entropy) : entropy_(entropy) {}

    void ask(focus::RoomRequest request, std::function<void(focus::RoomAnswer)> done) override {
        done(std::visit([this](const auto& value) { return answer(value); }, request));
    }
    void verify(std::string account, std::string password, std::function<void(Login)> done) override {
        ++verifications;
        Login login;
        if (passwords.contains(account) && passwords[account] == password) {
            login.locked = locked.contains(account);
            if (!login.locked) login.account = account;
            login.password_since_s = password_since_s;
        }
        auto reply = [done = std::move(done), login] { done(login); };
        if (hold) {
            held.push_back(std::move(reply));
        } else {
            reply();
        }
    }

    void set_password(std::string account, std::string password, std::function<void(bool)> done) override {
        passwords[account] = password;
        done(true);
    }

    std::set<std::string> locked;
    std::int64_t password_since_s = 0;
    focus::RoomDetails details;                // of every room
    std::vector<focus::RoomRequest> requests;  // of control pages
    std::optional<focus::RoomPolicy> policy;   // of the last room made
    std::map<std::string, std::string> passwords{{"amsel-27", "wolke-igel-42"}, {"linde-3", "apfel-insel-07"}};
    std::map<std::string, std::vector<focus::RoomSummary>> rooms;
    focus::RoomError refusal = focus::RoomError::None;
    int verifications = 0;
    bool hold = false;
    std::vector<std::function<void()>> held;

private:
    focus::RoomSummary* find(const std::string& slug) {
        for (auto& [account, list] : rooms) {
            for (auto& room : list) {
                if (room.slug == slug) return &room;
            }
        }
        return nullptr;
    }
    focus::RoomAnswer answer(const focus::CreateRoom& request) {
        focus::RoomAnswer result;
        result.error = refusal;
        if (refusal != focus::RoomError::None) return result;
        const std::string slug =
            request.slug.empty() ? muc::make_slug(request.account, request.title, entropy_) : request.slug;
        policy = request.policy;
        focus::RoomSummary room{.slug = slug, .title = request.title, .password = request.password};
        if (auto* const known = find(slug)) {
            *known = room;
        } else {
            rooms[request.account].push_back(room);
        }
        result.rooms = {room};
        return result;
    }
    focus::RoomAnswer answer(const focus::QueryRoom& request) {
        focus::RoomAnswer result;
        const auto* const room = find(request.slug);
        result.state = room != nullptr && room->state == focus::RoomState::Open ? focus::RoomState::Open
                                                                                : focus::RoomState::Closed;
        return result;
    }
    focus::RoomAnswer answer(const focus::EndRoom& request) {
        focus::RoomAnswer result;
        auto* const room = find(request.slug);
        if (room == nullptr || !muc::is_of_account(request.slug, request.account)) {
            result.error = focus::RoomError::NotOwner;
        } else {
            room->state = focus::RoomState::Closed;
            room->password.clear();
        }
        return result;
    }
    focus::RoomAnswer answer(const focus::ListRooms& request) {
        focus::RoomAnswer result;
        result.rooms = rooms[request.account];
        return result;
    }

    // The control page's questions.
    template <typename Other>
    focus::RoomAnswer answer(const Other& request) {
        requests.emplace_back(request);
        focus::RoomAnswer result;
        const auto* const room = find(request.slug);
        if (room == nullptr || !muc::is_of_account(request.slug, request.account)) {
            result.error = focus::RoomError::Unknown;
        } else {
            result.rooms = {*room};
            result.details = details;
        }
        return result;
    }

    Entropy& entropy_;
};

class Pages : public testing::Test {
protected:
    using Fields = std::vector<std::pair<std::string, std::string>>;

    Pages() { settings.session_key = std::string(32, 'k'); }

    Site& site() {
        if (site_ == nullptr) {
            site_ =
                std::make_unique<Site>(settings, Surroundings{.gateway = gateway,
                                                              .entropy = entropy,
                                                              .wall_clock = [this] { return wall; },
                                                              .clock = [this] { return instant; },
                                                              .after =
                                                                  [this](Duration delay, std::function<void()> then) {
                                                                      timers.emplace_back(delay, std::move(then));
                                                                  }});
        }
        return *site_;
    }

    http::Response request(const std::string& method, const std::string& target, Fields form = {}) {
        http::Request request;
        request.method = method;
        const std::size_t question = target.find('?');
        request.path = target.substr(0, question);
        if (question != target.npos) {
            const std::string pair = target.substr(question + 1);
            request.query = {{pair.substr(0, pair.find('=')), pair.substr(pair.find('=') + 1)}};
        }
        request.form = std::move(form);
        for (const auto& cookie : cookies) request.cookies.push_back(cookie);
        request.user_agent = user_agent;
        request.accept_language = accept_language;
        request.same_origin = same_origin;
        // Shared, because an answer may come after this call.
        auto answers = std::make_shared<std::vector<http::Response>>();
        site().handle(std::move(request),
                      [answers](http::Response response) { answers->push_back(std::move(response)); });
        EXPECT_LE(answers->size(), 1u);
        http::Response answer;
        answer.status = 0;
        if (!answers->empty()) answer = answers->front();
        keep_cookie(answer);
        return answer;
    }
    http::Response get(const std::string& target) { return request("GET", target); }
    http::Response post(const std::string& target, Fields form) { return request("POST", target, std::move(form)); }
    http::Response log_in(const std::string& account = "amsel-27", const std::string& password = "wolke-igel-42") {
        return post("/anmelden",
                    {{"account", account}, {"passwort", password}, {"gemeinsam", "1"}, {"ziel", "/anlegen"}});
    }

    void keep_cookie(const http::Response& response) {
        const std::string set = header(response, "Set-Cookie");
        if (set.empty()) return;
        const std::size_t equals = set.find('=');
        const std::string value = set.substr(equals + 1, set.find(';') - equals - 1);
        cookies.erase(set.substr(0, equals));
        if (!value.empty()) cookies[set.substr(0, equals)] = value;
    }

    static std::string header(const http::Response& response, const std::string& name) {
        for (const auto& [key, value] : response.headers) {
            if (key == name) return value;
        }
        return {};
    }
    static std::string body(const http::Response& response) {
        return response.body == nullptr ? std::string() : *response.body;
    }

    SeededEntropy entropy{5};
    FakeGateway gateway{entropy};
    Settings settings;
    WallTime wall{1'780'000'000'000'000};
    Instant instant{std::chrono::hours(1)};
    std::vector<std::pair<Duration, std::function<void()>>> timers;
    std::map<std::string, std::string> cookies;
    std::string user_agent = "Mozilla/5.0 (X11; Linux x86_64)";
    std::string accept_language;
    bool same_origin = true;

private:
    std::unique_ptr<Site> site_;
};

}  // namespace klassenraum::pages
