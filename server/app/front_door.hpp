// What stands before the pages: the health checks of balancers, which need no page (product.md section 9: ready is 200,
// 404 while draining so that running rooms stay, 503 when broken). Owned by the application, on the front thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/handler.hpp"

namespace klassenraum::app {

enum class Readiness : unsigned char { Ready, Draining, Broken };

// Status and word for /health/live and /health/ready; nullopt for any other path.
struct Health {
    unsigned status = 200;
    std::string_view word;
};
std::optional<Health> health_of(std::string_view path, Readiness readiness);

class FrontDoor final : public http::Handler {
public:
    FrontDoor(http::Handler& pages, std::function<Readiness()> readiness)
        : pages_(pages), readiness_(std::move(readiness)) {}

    void handle(http::Request request, http::Responder respond) override;
    std::optional<std::string> account_of(const std::vector<std::pair<std::string, std::string>>& cookies) override {
        return pages_.account_of(cookies);
    }

private:
    http::Handler& pages_;
    std::function<Readiness()> readiness_;
};

}  // namespace klassenraum::app
