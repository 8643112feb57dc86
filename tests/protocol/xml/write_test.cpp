#include "protocol/xml/write.hpp"

#include <gtest/gtest.h>

#include "protocol/xml/parse.hpp"

namespace klassenraum::xml {
namespace {

TEST(XmlWrite, SaysTheNamespaceOnlyWhereItChanges) {
    Element iq("iq", "jabber:client");
    iq.set("type", "result");
    Element& query = iq.add(Element("query", "urn:q"));
    query.add("item").set("x", "1");
    query.add(Element("back", "jabber:client"));
    iq.add(Element("error", "jabber:client"));
    iq.add(Element("bare", ""));
    EXPECT_EQ(write(iq),
              "<iq xmlns=\"jabber:client\" type=\"result\"><query xmlns=\"urn:q\"><item x=\"1\"/>"
              "<back xmlns=\"jabber:client\"/></query><error/><bare/></iq>");
    EXPECT_EQ(write(iq.children().at(1), "jabber:client"), "<error/>");
    EXPECT_EQ(write(Element("a", "")), "<a/>");
}

TEST(XmlWrite, EscapesWhatWouldEndTheTextOrChangeWhenRead) {
    Element element("a", "");
    element.set("b", "<&>\"'\n\r\t");
    element.set_text("<&>\"']]>\n\r\t");
    const std::string text = write(element);
    EXPECT_EQ(text, "<a b=\"&lt;&amp;&gt;&quot;&apos;&#10;&#13;&#9;\">&lt;&amp;&gt;&quot;&apos;]]&gt;\n&#13;\t</a>");
    const auto again = parse(text);
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, element);
}

TEST(XmlWrite, ReplacesWhatXmlCannotCarry) {
    Element element("a", "");
    element.set_text(std::string("x\0\x01\xff\xef\xbf\xbf\x7fy", 9));
    const std::string text = write(element);
    EXPECT_EQ(text, "<a>x\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\x7fy</a>");
    EXPECT_TRUE(parse(text));
}

TEST(XmlWrite, IsReadAgainAsTheSame) {
    for (const std::string_view document :
         {"<presence xmlns='jabber:client' to='a@b/c'><x xmlns='http://jabber.org/protocol/muc'/><nick "
          "xmlns='http://jabber.org/protocol/nick'>J&#xFC;rgen &amp; &lt;Co&gt;</nick><SourceInfo>{&quot;a&quot;:1}"
          "</SourceInfo></presence>",
          "<s:features xmlns:s='urn:s' xmlns='urn:d'><m><n xmlns='urn:s'/></m></s:features>", "<a> <b/> c </a>"}) {
        const auto once = parse(document);
        ASSERT_TRUE(once) << document;
        const auto twice = parse(write(*once));
        ASSERT_TRUE(twice) << document;
        EXPECT_EQ(*once, *twice) << document;
    }
}

}  // namespace
}  // namespace klassenraum::xml
