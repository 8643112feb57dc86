// Bounds of the XML we read. A conference's largest stanza, a session-accept with candidates, has some three hundred
// elements below a depth of eight; all of these are far above that and keep a hostile stanza's tree below 2 MiB.
#pragma once

#include <cstddef>

namespace klassenraum::xml {

inline constexpr std::size_t kMaxDocument = 64 * 1024;  // octets of one document
inline constexpr std::size_t kMaxDepth = 64;
inline constexpr std::size_t kMaxElements = 2048;             // in one document
inline constexpr std::size_t kMaxAttributes = 64;             // of one element
inline constexpr std::size_t kMaxAttributesTotal = 8192;      // in one document
inline constexpr std::size_t kMaxNamespaceDeclarations = 32;  // of one element
inline constexpr std::size_t kMaxName = 256;                  // octets of an element's, attribute's or namespace's name

}  // namespace klassenraum::xml
