// RFC 3711 §4.3: session keys from a master key. Used once per direction when a transport comes up.
#pragma once

#include "protocol/core/bytes.hpp"

namespace klassenraum::srtp {

// RFC 3711 §4.3.2.
enum class Label : std::uint8_t { RtpKey, RtpAuthentication, RtpSalt, RtcpKey, RtcpAuthentication, RtcpSalt };

// Fills `out`; false when OpenSSL refuses.
bool derive_key(ByteView master_key, ByteView master_salt, Label label, MutableBytes out);

}  // namespace klassenraum::srtp
