#include "server/pages/offer.hpp"

#include <chrono>
#include <cstdio>

#include "server/pages/site.hpp"

namespace klassenraum::pages {
namespace {

std::optional<std::chrono::sys_days> day_of(const std::string& date) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    if (date.size() != 10 || std::sscanf(date.c_str(), "%4d-%2u-%2u", &year, &month, &day) != 3) return std::nullopt;
    const std::chrono::year_month_day parsed{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
    if (!parsed.ok()) return std::nullopt;
    return std::chrono::sys_days(parsed);
}

std::chrono::sys_days today(WallTime now) {
    return std::chrono::floor<std::chrono::days>(
        std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(now.unix_us)));
}

std::string in_german(std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    return std::to_string(unsigned{date.day()}) + "." + std::to_string(unsigned{date.month()}) + "." +
           std::to_string(int{date.year()});
}

void replace(std::string& text, const std::string& from, const std::string& to) {
    if (const std::size_t at = text.find(from); at != text.npos) text.replace(at, from.size(), to);
}

}  // namespace

std::string offer_notice(const Settings& settings, WallTime now) {
    const auto until = day_of(settings.offer_until);
    if (!until || today(now) + std::chrono::days(settings.warn_days) < *until) return {};
    if (offer_has_ended(settings, now)) return offer_ended_text(settings);
    std::string notice = settings.offer_notice;
    replace(notice, "{until}", in_german(*until));
    replace(notice, "{url}", settings.offer_url);
    return notice;
}

bool offer_has_ended(const Settings& settings, WallTime now) {
    const auto until = day_of(settings.offer_until);
    return until && today(now) > *until;
}

std::string offer_ended_text(const Settings& settings) {
    const auto until = day_of(settings.offer_until);
    if (!until) return {};
    const std::string sentence = "Das Angebot ist am " + in_german(*until) + " ausgelaufen.";
    return settings.offer_url.empty() ? sentence : sentence + " Aktuelle Informationen: " + settings.offer_url;
}

}  // namespace klassenraum::pages
