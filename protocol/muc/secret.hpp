// Text that must not outlive its use: zeroed when it goes, compared in constant time, never copied and never printed.
#pragma once

#include <string.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace klassenraum::muc {

inline void wipe(std::string& text) {
    text.resize(text.capacity());  // within the capacity: moves nothing
    explicit_bzero(text.data(), text.size());
    text.clear();
}

class Secret {
public:
    Secret() = default;
    explicit Secret(std::string_view text) : text_(text) {}
    Secret(Secret&& other) noexcept { take(other); }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) take(other);
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { wipe(text_); }

    std::string_view reveal() const { return text_; }
    // Takes as long as `attempt` is, wherever the two differ.
    bool equals(std::string_view attempt) const {
        std::uint32_t difference = text_.size() == attempt.size() ? 0 : 1;
        for (std::size_t at = 0; at < attempt.size(); ++at) {
            const char own = text_.empty() ? '\0' : text_[at % text_.size()];
            difference |= static_cast<std::uint32_t>(static_cast<unsigned char>(own ^ attempt[at]));
        }
        return difference == 0 && !text_.empty();
    }

private:
    void take(Secret& other) {
        wipe(text_);
        text_.swap(other.text_);
        wipe(other.text_);  // a short string leaves its octets behind in the object it came from
    }

    std::string text_;
};

}  // namespace klassenraum::muc
