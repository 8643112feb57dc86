#include "server/http/certificate_facts.hpp"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>

namespace klassenraum::http {
namespace {

constexpr std::size_t kMaxChain = 8;

struct FreeBio {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeCertificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeNames {
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
using Certificate = std::unique_ptr<X509, FreeCertificate>;

std::int64_t seconds_of(const ASN1_TIME* time) {
    std::tm parts{};
    return ASN1_TIME_to_tm(time, &parts) == 1 ? static_cast<std::int64_t>(timegm(&parts)) : 0;
}

std::vector<std::string> names_of(const X509* certificate) {
    std::vector<std::string> texts;
    const std::unique_ptr<GENERAL_NAMES, FreeNames> names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
    for (int i = 0; i < count; ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_DNS) continue;
        const auto* octets = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
        texts.emplace_back(octets, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    }
    return texts;
}

}  // namespace

bool CertificateFacts::covers(std::string_view domain) const {
    const auto dot = domain.find('.');
    const std::string wildcard = dot == std::string_view::npos ? "" : "*" + std::string(domain.substr(dot));
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        return name == domain || (!wildcard.empty() && name == wildcard);
    });
}

std::optional<CertificateFacts> certificate_facts(const std::string& pem) {
    const std::unique_ptr<BIO, FreeBio> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    std::vector<Certificate> chain;
    while (chain.size() < kMaxChain) {
        Certificate next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
        if (!next) break;
        chain.push_back(std::move(next));
    }
    ERR_clear_error();
    if (chain.empty()) return std::nullopt;
    X509* leaf = chain.front().get();
    CertificateFacts facts;
    facts.not_before_s = seconds_of(X509_get0_notBefore(leaf));
    facts.not_after_s = seconds_of(X509_get0_notAfter(leaf));
    facts.names = names_of(leaf);
    facts.length = chain.size();
    facts.self_signed = X509_NAME_cmp(X509_get_subject_name(leaf), X509_get_issuer_name(leaf)) == 0;
    facts.chained = facts.self_signed || chain.size() > 1;
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
        const bool follows =
            X509_NAME_cmp(X509_get_issuer_name(chain[i].get()), X509_get_subject_name(chain[i + 1].get())) == 0;
        facts.chained = facts.chained && follows;
    }
    return facts;
}

}  // namespace klassenraum::http
