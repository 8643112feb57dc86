#include "server/log/log.hpp"

#include <poll.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>
#include <mutex>

namespace klassenraum::log {
namespace {

// threats.md O5: an unread pipe must not stop a thread. A pipe that poll() calls writable takes at least PIPE_BUF
// octets without blocking, and our lines are shorter.
class StderrSink final : public spdlog::sinks::base_sink<std::mutex> {
protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        pollfd ready{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
        if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return;
        if (::write(STDERR_FILENO, line.data(), line.size()) < 0) return;
    }
    void flush_() override {}
};

spdlog::logger& logger() {
    static spdlog::logger instance = [] {
        spdlog::logger made("klassenraum", std::make_shared<StderrSink>());
        made.set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
        return made;
    }();
    return instance;
}

spdlog::level::level_enum level_of(Level level) {
    switch (level) {
        case Level::Debug:
            return spdlog::level::debug;
        case Level::Info:
            return spdlog::level::info;
        case Level::Warning:
            return spdlog::level::warn;
        case Level::Error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

void append(std::string& line, const Field& field) {
    line += ' ';
    line += field.name.view();
    line += '=';
    switch (field.kind) {
        case Field::Kind::Signed:
            line += std::to_string(field.integer);
            break;
        case Field::Kind::Unsigned:
            line += std::to_string(field.natural);
            break;
        case Field::Kind::Real:
            line += fmt::format("{:.3f}", field.real);
            break;
        case Field::Kind::Id:
            line += fmt::format("{:x}", field.natural);
            break;
        case Field::Kind::Milliseconds:
            line += fmt::format("{:.1f}ms", field.real);
            break;
    }
}

}  // namespace

void set_level(Level level) {
    logger().set_level(level_of(level));
}

std::string line_of(Literal event, std::initializer_list<Field> fields) {
    std::string line(event.view());
    for (const Field& field : fields) append(line, field);
    return line;
}

void write(Level level, Literal event, std::initializer_list<Field> fields) {
    if (!logger().should_log(level_of(level))) return;
    logger().log(level_of(level), spdlog::string_view_t(line_of(event, fields)));
}

}  // namespace klassenraum::log
