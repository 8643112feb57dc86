// The XML namespaces that Jitsi clients and we use, named after their specifications.
#pragma once

#include <string_view>

namespace klassenraum::xmpp::ns {

// RFC 6120, 7395
inline constexpr std::string_view kClient = "jabber:client";
inline constexpr std::string_view kFraming = "urn:ietf:params:xml:ns:xmpp-framing";
inline constexpr std::string_view kStream = "http://etherx.jabber.org/streams";
inline constexpr std::string_view kStreamErrors = "urn:ietf:params:xml:ns:xmpp-streams";
inline constexpr std::string_view kStanzaErrors = "urn:ietf:params:xml:ns:xmpp-stanzas";
inline constexpr std::string_view kSasl = "urn:ietf:params:xml:ns:xmpp-sasl";
inline constexpr std::string_view kBind = "urn:ietf:params:xml:ns:xmpp-bind";
inline constexpr std::string_view kSession = "urn:ietf:params:xml:ns:xmpp-session";

// Extensions to streams and servers
inline constexpr std::string_view kStreamManagement = "urn:xmpp:sm:3";                     // XEP-0198
inline constexpr std::string_view kPing = "urn:xmpp:ping";                                 // XEP-0199
inline constexpr std::string_view kDiscoInfo = "http://jabber.org/protocol/disco#info";    // XEP-0030
inline constexpr std::string_view kDiscoItems = "http://jabber.org/protocol/disco#items";  // XEP-0030
inline constexpr std::string_view kExternalServices = "urn:xmpp:extdisco:2";               // XEP-0215
inline constexpr std::string_view kExternalServices1 = "urn:xmpp:extdisco:1";              // its former version

// Rooms
inline constexpr std::string_view kMuc = "http://jabber.org/protocol/muc";  // XEP-0045
inline constexpr std::string_view kMucUser = "http://jabber.org/protocol/muc#user";
inline constexpr std::string_view kMucAdmin = "http://jabber.org/protocol/muc#admin";
inline constexpr std::string_view kMucOwner = "http://jabber.org/protocol/muc#owner";
inline constexpr std::string_view kMucRoomInfo = "http://jabber.org/protocol/muc#roominfo";
inline constexpr std::string_view kMucRoomConfig = "http://jabber.org/protocol/muc#roomconfig";
inline constexpr std::string_view kDataForms = "jabber:x:data";                    // XEP-0004
inline constexpr std::string_view kConference = "jabber:x:conference";             // XEP-0249
inline constexpr std::string_view kCaps = "http://jabber.org/protocol/caps";       // XEP-0115
inline constexpr std::string_view kNick = "http://jabber.org/protocol/nick";       // XEP-0172
inline constexpr std::string_view kDelay = "urn:xmpp:delay";                       // XEP-0203
inline constexpr std::string_view kHints = "urn:xmpp:hints";                       // XEP-0334
inline constexpr std::string_view kReactions = "urn:xmpp:reactions:0";             // XEP-0444
inline constexpr std::string_view kReply = "urn:xmpp:reply:0";                     // XEP-0461
inline constexpr std::string_view kMessageRetract = "urn:xmpp:message-retract:1";  // XEP-0424
inline constexpr std::string_view kFallback = "urn:xmpp:fallback:0";               // XEP-0428

// Jitsi's own
inline constexpr std::string_view kFocus = "http://jitsi.org/protocol/focus";
inline constexpr std::string_view kJitmeet = "http://jitsi.org/jitmeet";
inline constexpr std::string_view kJitmeetAudio = "http://jitsi.org/jitmeet/audio";
inline constexpr std::string_view kJitmeetVideo = "http://jitsi.org/jitmeet/video";
inline constexpr std::string_view kJitmeetDesktop = "http://jitsi.org/jitmeet/desktop";
inline constexpr std::string_view kStartMuted = "http://jitsi.org/jitmeet/start-muted";
inline constexpr std::string_view kColibri = "http://jitsi.org/protocol/colibri";
inline constexpr std::string_view kColibri2 = "jitsi:colibri2";

// Jingle
inline constexpr std::string_view kJingle = "urn:xmpp:jingle:1";  // XEP-0166
inline constexpr std::string_view kJingleErrors = "urn:xmpp:jingle:errors:1";
inline constexpr std::string_view kJingleRtp = "urn:xmpp:jingle:apps:rtp:1";                          // XEP-0167
inline constexpr std::string_view kJingleRtcpFeedback = "urn:xmpp:jingle:apps:rtp:rtcp-fb:0";         // XEP-0293
inline constexpr std::string_view kJingleHeaderExtensions = "urn:xmpp:jingle:apps:rtp:rtp-hdrext:0";  // XEP-0294
inline constexpr std::string_view kJingleSources = "urn:xmpp:jingle:apps:rtp:ssma:0";                 // XEP-0339
inline constexpr std::string_view kJingleGrouping = "urn:xmpp:jingle:apps:grouping:0";                // XEP-0338
inline constexpr std::string_view kJingleDtls = "urn:xmpp:jingle:apps:dtls:0";                        // XEP-0320
inline constexpr std::string_view kJingleIceUdp = "urn:xmpp:jingle:transports:ice-udp:1";             // XEP-0176
inline constexpr std::string_view kJingleDtlsSctp = "urn:xmpp:jingle:transports:dtls-sctp:1";         // XEP-0343

}  // namespace klassenraum::xmpp::ns
