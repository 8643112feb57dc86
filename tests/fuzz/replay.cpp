// Runs a fuzz target without libFuzzer: every file of its corpus folder, then seeded mutations of them and plain noise. The
// same binary gives the same inputs each time, so a failure here repeats.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "protocol/core/entropy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<Bytes> read_corpus(const std::filesystem::path& folder) {
    std::vector<Bytes> inputs;
    if (!std::filesystem::is_directory(folder)) return inputs;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return inputs;
}

Bytes mutate(Bytes input, klassenraum::Entropy& entropy) {
    if (input.empty()) input.resize(1 + entropy.below(64));
    for (std::uint32_t change = 0, changes = 1 + entropy.below(6); change < changes && !input.empty(); ++change) {
        const auto at = static_cast<std::ptrdiff_t>(entropy.below(static_cast<std::uint32_t>(input.size())));
        switch (entropy.below(4)) {
            case 0: input[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(entropy.u32()); break;
            case 1: input[static_cast<std::size_t>(at)] ^= static_cast<std::uint8_t>(1U << entropy.below(8)); break;
            case 2: input.erase(input.begin() + at); break;
            default: input.insert(input.begin() + at, static_cast<std::uint8_t>(entropy.u32())); break;
        }
    }
    return input;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<Bytes> corpus = read_corpus(argc > 1 ? argv[1] : "");
    for (const Bytes& input : corpus) LLVMFuzzerTestOneInput(input.data(), input.size());
    klassenraum::SeededEntropy entropy(1);
    constexpr std::uint32_t kMutations = 4000;
    for (std::uint32_t round = 0; round < kMutations; ++round) {
        const bool from_corpus = !corpus.empty() && entropy.below(8) != 0;
        Bytes seed = from_corpus ? corpus[entropy.below(static_cast<std::uint32_t>(corpus.size()))]
                                 : Bytes(entropy.below(256));
        if (!from_corpus) entropy.fill(seed);
        const Bytes input = mutate(std::move(seed), entropy);
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    std::printf("%zu corpus files and %u mutations\n", corpus.size(), kMutations);
    return 0;
}
