// One XML element as a value: what expat read (xml/parse.hpp) or what we are about to write (xml/write.hpp). Names
// carry no prefixes; the namespace of each element is its effective one, so that nothing depends on how a peer declared
// it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace klassenraum::xml {

struct Attribute {
    std::string name;
    std::string value;
    bool operator==(const Attribute&) const = default;
};

class Element {
public:
    Element() = default;
    Element(std::string_view name, std::string_view xmlns) : name_(name), xmlns_(xmlns) {}

    const std::string& name() const { return name_; }
    const std::string& xmlns() const { return xmlns_; }
    bool is(std::string_view name, std::string_view xmlns) const { return name_ == name && xmlns_ == xmlns; }

    // The attribute's value, or an empty view; has_attribute() tells empty from absent.
    std::string_view attribute(std::string_view name) const;
    bool has_attribute(std::string_view name) const;
    void set(std::string_view name, std::string_view value);
    void remove_attribute(std::string_view name);
    Element& with(std::string_view name, std::string_view value) & {
        set(name, value);
        return *this;
    }
    Element&& with(std::string_view name, std::string_view value) && {
        set(name, value);
        return std::move(*this);
    }
    const std::vector<Attribute>& attributes() const { return attributes_; }

    const std::vector<Element>& children() const { return children_; }
    std::vector<Element>& children() { return children_; }
    // The first child of that name; with a namespace given, of that name in it. Null when there is none.
    const Element* child(std::string_view name) const;
    const Element* child(std::string_view name, std::string_view xmlns) const;
    Element& add(Element child) {
        children_.push_back(std::move(child));
        return children_.back();
    }
    // Adds a child in this element's own namespace.
    Element& add(std::string_view name) { return add(Element(std::string(name), xmlns_)); }
    Element&& with(Element child) && {
        add(std::move(child));
        return std::move(*this);
    }

    // Character data of this element itself, all pieces joined. Mixed content keeps no order between text and children:
    // no stanza we take or make has both.
    const std::string& text() const { return text_; }
    void set_text(std::string text) { text_ = std::move(text); }
    void append_text(std::string_view text) { text_ += text; }
    Element&& with_text(std::string text) && {
        text_ = std::move(text);
        return std::move(*this);
    }

    // Overwrites the text of this element, for one that carried a password.
    void wipe_text();

    bool operator==(const Element&) const = default;

private:
    std::string name_;
    std::string xmlns_;
    std::vector<Attribute> attributes_;  // without xmlns declarations; "xml:lang" keeps its prefix
    std::vector<Element> children_;
    std::string text_;
};

}  // namespace klassenraum::xml
