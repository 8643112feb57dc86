#include "server/app/front_door.hpp"

#include <memory>

namespace klassenraum::app {

std::optional<Health> health_of(std::string_view path, Readiness readiness) {
    if (path == "/health/live") return Health{.status = 200, .word = "live\n"};
    if (path != "/health/ready" && path != "/about/health") return std::nullopt;
    switch (readiness) {
        case Readiness::Ready:
            return Health{.status = 200, .word = "ready\n"};
        case Readiness::Draining:
            return Health{.status = 404, .word = "draining\n"};
        case Readiness::Broken:
            break;
    }
    return Health{.status = 503, .word = "broken\n"};
}

void FrontDoor::handle(http::Request request, http::Responder respond) {
    const auto health = health_of(request.path, readiness_());
    if (!health || request.method == "POST") return pages_.handle(std::move(request), std::move(respond));
    http::Response response;
    response.status = health->status;
    response.content_type = "text/plain; charset=utf-8";
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body = std::make_shared<const std::string>(health->word);
    respond(std::move(response));
}

}  // namespace klassenraum::app
