// Which numbers the service shows, under which names. Pure: counters in, text out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/http/listener.hpp"
#include "server/sctp/usrsctp_stack.hpp"
#include "server/worker/worker.hpp"

namespace klassenraum::app {

std::string metrics_page(const http::ListenerCounters& listener,
                         const sctp::Stack& stack,
                         const std::vector<std::unique_ptr<worker::Worker>>& workers);

}  // namespace klassenraum::app
