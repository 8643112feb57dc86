#include "protocol/xml/parse.hpp"

#include <gtest/gtest.h>

#include <string>

namespace klassenraum::xml {
namespace {

std::string repeat(std::string_view text, std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
}

TEST(XmlParse, GivesEachElementItsEffectiveNamespace) {
    const auto element = parse(
        "<iq xmlns='jabber:client' type='set' xml:lang='de'><query xmlns='urn:q'><item/></query>"
        "<p:thing xmlns:p='urn:p' a='1'>text</p:thing></iq>");
    ASSERT_TRUE(element);
    EXPECT_TRUE(element->is("iq", "jabber:client"));
    EXPECT_EQ(element->attribute("xml:lang"), "de");
    EXPECT_EQ(element->attributes().size(), 2U);
    ASSERT_NE(element->child("query", "urn:q"), nullptr);
    EXPECT_TRUE(element->child("query")->children().at(0).is("item", "urn:q"));
    ASSERT_NE(element->child("thing", "urn:p"), nullptr);
    EXPECT_EQ(element->child("thing")->text(), "text");
    EXPECT_EQ(element->child("thing")->attribute("a"), "1");
}

TEST(XmlParse, JoinsTextAndKnowsTheFiveEntities) {
    const auto element = parse("<body>a&lt;b&amp;<![CDATA[<c>]]>&#x1F600;&quot;&apos;&gt;</body>");
    ASSERT_TRUE(element);
    EXPECT_EQ(element->text(), "a<b&<c>\xF0\x9F\x98\x80\"'>");
}

struct Case {
    std::string_view name;
    std::string document;
    ParseError error;
};

class XmlParseRefuses : public testing::TestWithParam<Case> {};

TEST_P(XmlParseRefuses, WhatIsNotInTheSubset) {
    const auto element = parse(GetParam().document);
    ASSERT_FALSE(element);
    EXPECT_EQ(element.error(), GetParam().error);
}

// Threats X1 to X4.
INSTANTIATE_TEST_SUITE_P(
    Table,
    XmlParseRefuses,
    testing::Values(Case{"Nothing", "", ParseError::NotWellFormed},
                    Case{"Blank", " ", ParseError::NotWellFormed},
                    Case{"LeadingBlank", " <a/>", ParseError::NotWellFormed},
                    Case{"ByteOrderMark", "\xEF\xBB\xBF<a/>", ParseError::NotWellFormed},
                    Case{"Text", "hello", ParseError::NotWellFormed},
                    Case{"TwoElements", "<a/><b/>", ParseError::NotWellFormed},
                    Case{"TextBehind", "<a/>b", ParseError::NotWellFormed},
                    Case{"HalfAnElement", "<a><b></a>", ParseError::NotWellFormed},
                    Case{"OpenElement", "<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>",
                         ParseError::NotWellFormed},
                    Case{"EndOnly", "</a>", ParseError::NotWellFormed},
                    Case{"UnboundPrefix", "<a:b/>", ParseError::NotWellFormed},
                    Case{"TwiceTheSameAttribute", "<a b='1' b='2'/>", ParseError::NotWellFormed},
                    Case{"NoQuotes", "<a b=1/>", ParseError::NotWellFormed},
                    Case{"ControlCharacter", "<a>\x01</a>", ParseError::NotWellFormed},
                    Case{"ControlCharacterReference", "<a>&#1;</a>", ParseError::NotWellFormed},
                    Case{"Nul", std::string("<a>\0</a>", 8), ParseError::NotWellFormed},
                    Case{"OverlongUtf8", "<a>\xC0\xAF</a>", ParseError::NotWellFormed},
                    Case{"Surrogate", "<a>\xED\xA0\x80</a>", ParseError::NotWellFormed},
                    Case{"Latin1", "<a>\xE4</a>", ParseError::NotWellFormed},
                    Case{"AboveUnicode", "<a>\xF4\x90\x80\x80</a>", ParseError::NotWellFormed},
                    Case{"Declaration", "<?xml version='1.0'?><a/>", ParseError::Restricted},
                    Case{"Doctype", "<!DOCTYPE a><a/>", ParseError::Restricted},
                    Case{"InternalEntity", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", ParseError::Restricted},
                    Case{"ExternalEntity", "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
                         ParseError::Restricted},
                    Case{"BillionLaughs", "<!DOCTYPE a [<!ENTITY b 'bb'><!ENTITY c '&b;&b;'>]><a>&c;</a>",
                         ParseError::Restricted},
                    Case{"UnknownEntity", "<a>&nbsp;</a>", ParseError::Restricted},
                    Case{"Comment", "<a><!-- b --></a>", ParseError::Restricted},
                    Case{"ProcessingInstruction", "<a><?b c?></a>", ParseError::Restricted},
                    Case{"EmptyNamespaceInside", "<a xmlns='urn:a'><b xmlns=''/></a>", ParseError::Namespace},
                    Case{"PrefixedAttribute", "<a xmlns:b='urn:b' b:c='1'/>", ParseError::Namespace},
                    Case{"XmlElement", "<a><xml:b/></a>", ParseError::Namespace},
        Case{"XmlnsElement", "<a><xmlns:b/></a>", ParseError::NotWellFormed},
        Case{"XmlSpace", "<a xml:space='preserve'/>", ParseError::Namespace},
                    Case{"TooDeep", repeat("<a>", 65) + repeat("</a>", 65), ParseError::TooLarge},
                    Case{"LongName", "<" + repeat("a", 257) + "/>", ParseError::TooLarge},
                    Case{"LongAttributeName", "<a " + repeat("b", 257) + "=''/>", ParseError::TooLarge},
                    Case{"LongNamespace", "<a xmlns='" + repeat("b", 257) + "'/>", ParseError::TooLarge},
                    Case{"TooManyElements", "<a>" + repeat("<b/>", 2048) + "</a>", ParseError::TooLarge},
                    Case{"TooLong", "<a>" + repeat("b", 64 * 1024) + "</a>", ParseError::TooLarge}),
    [](const testing::TestParamInfo<Case>& tested) { return std::string(tested.param.name); });

std::string with_attributes(std::size_t count) {
    std::string document = "<a";
    for (std::size_t i = 0; i < count; ++i) document += " b" + std::to_string(i) + "=''";
    return document + "/>";
}

std::string with_declarations(std::size_t count) {
    std::string document = "<a";
    for (std::size_t i = 0; i < count; ++i) document += " xmlns:b" + std::to_string(i) + "='urn:b'";
    return document + "/>";
}

TEST(XmlParse, AcceptsWhatLiesJustWithinItsBounds) {
    EXPECT_TRUE(parse(repeat("<a>", 64) + repeat("</a>", 64)));
    EXPECT_TRUE(parse("<" + repeat("a", 256) + "/>"));
    EXPECT_TRUE(parse("<a>" + repeat("<b/>", 2047) + "</a>"));
    EXPECT_TRUE(parse(with_attributes(64)));
    EXPECT_FALSE(parse(with_attributes(65)));
    EXPECT_TRUE(parse(with_declarations(32)));
    EXPECT_FALSE(parse(with_declarations(33)));
}

TEST(XmlParse, TakesAShorterBoundFromItsCaller) {
    EXPECT_TRUE(parse("<a>12</a>", 9));
    EXPECT_EQ(parse("<a>123</a>", 9).error(), ParseError::TooLarge);
}

}  // namespace
}  // namespace klassenraum::xml
