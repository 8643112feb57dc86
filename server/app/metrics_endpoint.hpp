// The metrics page on loopback (threats.md P3): answers every request with the text of the moment and closes. Lives on
// the front thread; must outlive the io_context's pending handlers, as the listener.
#pragma once

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

class MetricsEndpoint {
public:
    MetricsEndpoint(boost::asio::io_context& context, std::function<std::string()> text);
    ~MetricsEndpoint();

    Result<void, std::error_code> listen(const Address& local);
    void stop();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace klassenraum::app
