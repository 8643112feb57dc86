#include "protocol/xml/element.hpp"

#include <algorithm>

namespace klassenraum::xml {

std::string_view Element::attribute(std::string_view name) const {
    for (const Attribute& attribute : attributes_) {
        if (attribute.name == name) return attribute.value;
    }
    return {};
}

bool Element::has_attribute(std::string_view name) const {
    return std::ranges::any_of(attributes_, [&](const Attribute& attribute) { return attribute.name == name; });
}

void Element::set(std::string_view name, std::string_view value) {
    for (Attribute& attribute : attributes_) {
        if (attribute.name == name) {
            attribute.value = value;
            return;
        }
    }
    attributes_.push_back({std::string(name), std::string(value)});
}

void Element::remove_attribute(std::string_view name) {
    std::erase_if(attributes_, [&](const Attribute& attribute) { return attribute.name == name; });
}

const Element* Element::child(std::string_view name) const {
    const auto found = std::ranges::find_if(children_, [&](const Element& child) { return child.name_ == name; });
    return found == children_.end() ? nullptr : &*found;
}

const Element* Element::child(std::string_view name, std::string_view xmlns) const {
    const auto found = std::ranges::find_if(children_, [&](const Element& child) { return child.is(name, xmlns); });
    return found == children_.end() ? nullptr : &*found;
}

void Element::wipe_text() {
    std::ranges::fill(text_, '\0');
    text_.clear();
}

}  // namespace klassenraum::xml
