// What an administrator wants to know of a certificate file: until when it is good, for which names, and whether the
// chain is whole. Read anew by each question; keeps nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace klassenraum::http {

struct CertificateFacts {
    std::int64_t not_before_s = 0;  // Unix time
    std::int64_t not_after_s = 0;
    std::vector<std::string> names;  // DNS names, as written; "*.kmz-sha.de" covers one label
    std::size_t length = 0;          // certificates in the file
    bool self_signed = false;
    bool chained = false;  // each certificate was issued by the next one's name

    bool covers(std::string_view domain) const;
};

// Nothing when the text holds no certificate.
std::optional<CertificateFacts> certificate_facts(const std::string& pem);

}  // namespace klassenraum::http
