#include "server/log/log.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "protocol/core/address.hpp"

namespace klassenraum::log {
namespace {

enum class Weather : std::uint8_t { Sun, Rain };

template <typename T>
concept CanBeField = requires(T value) {
    field("name", value);
};

// threats.md P2: the rule is the type system's, so this file is its test.
static_assert(!CanBeField<std::string>);
static_assert(!CanBeField<std::string_view>);
static_assert(!CanBeField<const char*>);
static_assert(!CanBeField<char*>);
static_assert(!CanBeField<char>);
static_assert(!CanBeField<const void*>);
static_assert(!CanBeField<std::vector<std::uint8_t>>);
static_assert(!CanBeField<Address>);
static_assert(CanBeField<int>);
static_assert(CanBeField<double>);
static_assert(CanBeField<bool>);
static_assert(CanBeField<Weather>);
static_assert(CanBeField<RoomId>);
static_assert(CanBeField<std::chrono::milliseconds>);

template <typename T>
concept CanBeEvent = std::is_convertible_v<T, Literal>;
static_assert(!CanBeEvent<std::string>);
static_assert(!CanBeEvent<std::string_view>);
static_assert(!CanBeEvent<const char*>);

TEST(Log, WritesNumbersEnumeratorsDurationsAndOpaqueIds) {
    EXPECT_EQ(
        line_of("room.closed", {field("room", RoomId{255}), field("occupants", 3U), field("weather", Weather::Rain),
                                field("delta", -7), field("lived", std::chrono::milliseconds(1500))}),
        "room.closed room=ff occupants=3 weather=1 delta=-7 lived=1500.0ms");
}

TEST(Log, IsSilentBelowItsLevel) {
    set_level(Level::Warning);
    testing::internal::CaptureStderr();
    info("quiet");
    warning("loud", field("n", 1));
    const std::string written = testing::internal::GetCapturedStderr();
    set_level(Level::Info);
    EXPECT_EQ(written.find("quiet"), std::string::npos);
    EXPECT_NE(written.find("warning loud n=1"), std::string::npos);
}

}  // namespace
}  // namespace klassenraum::log
