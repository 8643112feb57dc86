#include "server/pages/view.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <kainjow/mustache.hpp>
#pragma GCC diagnostic pop

#include "protocol/core/assert.hpp"
#include "server/pages/embedded_files.hpp"

namespace klassenraum::pages {
namespace {

namespace mustache = kainjow::mustache;

mustache::data data_of(const View& view) {
    mustache::data data(mustache::data::type::object);
    for (const auto& [name, value] : view.values) {
        if (const auto* const text = std::get_if<std::string>(&value)) {
            data.set(name, *text);
        } else if (const auto* const flag = std::get_if<bool>(&value)) {
            data.set(name, *flag);
        } else {
            mustache::data list(mustache::data::type::list);
            for (const View& item : std::get<std::vector<View>>(value)) list.push_back(data_of(item));
            data.set(name, list);
        }
    }
    return data;
}

}  // namespace

View& View::set(std::string name, std::string value) {
    values.emplace_back(std::move(name), std::move(value));
    return *this;
}

View& View::set(std::string name, bool value) {
    values.emplace_back(std::move(name), value);
    return *this;
}

View& View::set(std::string name, std::vector<View> value) {
    values.emplace_back(std::move(name), std::move(value));
    return *this;
}

struct Templates::Parsed {
    mustache::mustache text;
};

Templates::Templates() {
    constexpr std::string_view kPrefix = "template/";
    constexpr std::string_view kSuffix = ".html";
    for (const EmbeddedFile& file : embedded_files()) {
        std::string_view name = file.name;
        if (!name.starts_with(kPrefix)) continue;
        name.remove_prefix(kPrefix.size());
        name.remove_suffix(kSuffix.size());
        auto parsed = std::make_unique<Parsed>(Parsed{mustache::mustache(std::string(file.bytes()))});
        ASSERT(parsed->text.is_valid());
        parsed_.emplace(name, std::move(parsed));
    }
}

Templates::~Templates() = default;

std::string Templates::render(std::string_view name, const View& view) const {
    const auto found = parsed_.find(name);
    ASSERT(found != parsed_.end());
    return found->second->text.render(data_of(view));
}

}  // namespace klassenraum::pages
