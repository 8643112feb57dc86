// The two files by which phones learn that this host's links may open the app (product.md C15): Android's Digital Asset
// Links and Apple's app site association. Made from the configuration.
#pragma once

#include <memory>
#include <string>

namespace klassenraum::pages {

struct Settings;

std::shared_ptr<const std::string> asset_links(const Settings& settings);
std::shared_ptr<const std::string> app_site_association(const Settings& settings);

}  // namespace klassenraum::pages
