// HTTP without TLS for what needs none: metrics and health on loopback, and port 80 with its redirect and the ACME
// challenge (RFC 8555 §8.3). One small request, one answer, then the connection ends. Lives on the front thread; must
// outlive the io_context's pending handlers, as the listener.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <system_error>

#include "protocol/core/address.hpp"
#include "protocol/core/result.hpp"

namespace boost::asio {
class io_context;
}

namespace klassenraum::app {

struct PlainRequest {
    std::string method;
    std::string path;    // as sent, without the query
    std::string target;  // as sent
    std::string host;
};

struct PlainAnswer {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string location{};  // of a redirect
    std::string body{};
};

// Whoever may come to an endpoint: a scraper or two, or the world.
enum class Audience : unsigned char { Loopback, World };

class PlainEndpoint {
public:
    using Answerer = std::function<PlainAnswer(const PlainRequest&)>;

    PlainEndpoint(boost::asio::io_context& context, Audience audience, Answerer answerer);
    ~PlainEndpoint();

    Result<void, std::error_code> listen(const Address& local);
    Result<void, std::error_code> adopt(int descriptor);  // a listening socket of the service manager
    void stop();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace klassenraum::app
