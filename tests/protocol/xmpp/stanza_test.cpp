#include "protocol/xmpp/stanza.hpp"

#include <gtest/gtest.h>

#include "protocol/xml/parse.hpp"
#include "protocol/xml/write.hpp"
#include "protocol/xmpp/namespaces.hpp"

namespace klassenraum::xmpp {
namespace {

xml::Element request() {
    return *xml::parse(
        "<iq xmlns='jabber:client' type='set' id='a:sendIQ' from='c@d/e' to='f@g'><x xmlns='urn:x'/></iq>");
}

TEST(Stanza, AnswersWithAddressesSwappedAndTheIdAsItWas) {
    EXPECT_EQ(xml::write(iq_result(request())),
              "<iq xmlns=\"jabber:client\" type=\"result\" from=\"f@g\" to=\"c@d/e\" id=\"a:sendIQ\"/>");
    EXPECT_EQ(iq_result(request(), xml::Element("y", "urn:y")).children().at(0).xmlns(), "urn:y");
}

// jitsi-signalling 2.10: lib-jitsi-meet takes the first child of <error/> as the reason.
TEST(Stanza, PutsTheConditionFirst) {
    const xml::Element reply = iq_error(request(), {.condition = Condition::NotAcceptable,
                                                    .text = "no",
                                                    .application = {xml::Element("session-invalid", ns::kFocus)}});
    EXPECT_EQ(
        xml::write(reply),
        "<iq xmlns=\"jabber:client\" type=\"error\" from=\"f@g\" to=\"c@d/e\" id=\"a:sendIQ\"><error type=\"modify\">"
        "<not-acceptable xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"/>"
        "<text xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\">no</text>"
        "<session-invalid xmlns=\"http://jitsi.org/protocol/focus\"/></error></iq>");
}

TEST(Stanza, NeverAnswersAnErrorOrAResultWithAnError) {
    for (const std::string_view text :
         {"<iq xmlns='jabber:client' type='error'/>", "<iq xmlns='jabber:client' type='result'/>",
          "<message xmlns='jabber:client' type='error'/>"}) {
        EXPECT_FALSE(may_answer_with_error(*xml::parse(text))) << text;
    }
    EXPECT_TRUE(may_answer_with_error(request()));
    EXPECT_TRUE(may_answer_with_error(make_message("groupchat", "a", "b")));
}

TEST(Stanza, IsSharedByManyReceiversWithTheirAddressesSplicedIn) {
    const SharedStanza shared(make_presence("", "room@muc/nick", "somebody@else"));
    const Delivery delivery = shared.to(SessionId{4});
    EXPECT_EQ(*delivery.stanza, "<presence xmlns=\"jabber:client\" from=\"room@muc/nick\"/>");
    EXPECT_EQ(delivery.to_offset, 9U);
    EXPECT_EQ(delivery.stanza, shared.to(SessionId{5}).stanza);
}

TEST(Stanza, HasTheTypesOfItsSpecification) {
    EXPECT_EQ(usual_type(Condition::NotAuthorized), ErrorType::Auth);
    EXPECT_EQ(usual_type(Condition::RegistrationRequired), ErrorType::Auth);
    EXPECT_EQ(usual_type(Condition::ServiceUnavailable), ErrorType::Cancel);
    EXPECT_EQ(usual_type(Condition::ResourceConstraint), ErrorType::Wait);
    EXPECT_EQ(usual_type(Condition::BadRequest), ErrorType::Modify);
}

}  // namespace
}  // namespace klassenraum::xmpp
