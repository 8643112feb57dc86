#include "protocol/muc/form.hpp"

#include <algorithm>

#include "protocol/muc/limits.hpp"
#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::muc {

namespace ns = xmpp::ns;

namespace {

constexpr std::string_view name_of(Form::Type type) {
    switch (type) {
        case Form::Type::Form: return "form";
        case Form::Type::Submit: return "submit";
        case Form::Type::Cancel: return "cancel";
        case Form::Type::Result: return "result";
    }
    return "form";
}

}  // namespace

Form::Form(Type type, std::string_view form_type) : type_(type) {
    if (!form_type.empty()) add("FORM_TYPE", form_type, "hidden");
}

std::optional<Form> Form::parse(const xml::Element& x) {
    if (!x.is("x", ns::kDataForms)) return std::nullopt;
    for (const Type type : {Type::Form, Type::Submit, Type::Cancel, Type::Result}) {
        if (x.attribute("type") != name_of(type)) continue;
        Form form(type);
        for (const xml::Element& child : x.children()) {
            if (child.name() != "field" || child.attribute("var").empty()) continue;
            if (form.fields_.size() >= kMaxFormFields) return std::nullopt;
            const xml::Element* value = child.child("value");
            form.add(child.attribute("var"), value == nullptr ? "" : value->text());
        }
        return form;
    }
    return std::nullopt;
}

std::optional<std::string_view> Form::value(std::string_view var) const {
    const auto found = std::ranges::find(fields_, var, &Field::var);
    if (found == fields_.end()) return std::nullopt;
    return found->value;
}

std::optional<bool> Form::boolean(std::string_view var) const {
    const std::optional<std::string_view> text = value(var);
    if (text == "1" || text == "true") return true;
    if (text == "0" || text == "false") return false;
    return std::nullopt;
}

void Form::add(std::string_view var, std::string_view value, std::string_view type) {
    fields_.push_back({std::string(var), std::string(value), std::string(type)});
}

xml::Element Form::element() const {
    xml::Element x("x", ns::kDataForms);
    x.set("type", name_of(type_));
    for (const Field& field : fields_) {
        xml::Element& element = x.add("field").with("var", field.var);
        if (!field.type.empty()) element.set("type", field.type);
        element.add("value").set_text(field.value);
    }
    return x;
}

}  // namespace klassenraum::muc
