// XEP-0004 data forms, as far as rooms need them: fields with one value, in and out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/xml/element.hpp"

namespace klassenraum::muc {

class Form {
public:
    enum class Type : std::uint8_t { Form, Submit, Cancel, Result };

    explicit Form(Type type, std::string_view form_type = "");
    // A `jabber:x:data` element of a known type with at most kMaxFormFields fields.
    static std::optional<Form> parse(const xml::Element& x);

    Type type() const { return type_; }
    // The first value of a field; nothing when the form does not have it. A field without a value has an empty one.
    std::optional<std::string_view> value(std::string_view var) const;
    // XEP-0004 §3.3: 1, 0, true, false. Nothing when absent or something else.
    std::optional<bool> boolean(std::string_view var) const;

    void add(std::string_view var, std::string_view value, std::string_view type = "");
    xml::Element element() const;

private:
    struct Field {
        std::string var;
        std::string value;
        std::string type;
    };
    Type type_;
    std::vector<Field> fields_;
};

}  // namespace klassenraum::muc
