// SPDX-License-Identifier: Apache-2.0
//
// Runs a fuzz target once over each file of a corpus: what a fuzzer has found stays found.
//   fuzz_X_corpus [--write FOLDER] [[--before HEX]... [FILE | FOLDER]...]...
// With --before each of the files that follow is an input once for each of the given beginnings.
// With --write the inputs become files of FOLDER, for a fuzzer to start from, and are not run.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;
using Octets = std::vector<uint8_t>;

class Corpus {
 public:
  void read(const std::vector<std::string>& arguments) {
    bool has_files = false;
    for (size_t i = 0; i < arguments.size(); ++i) {
      const bool has_value = i + 1 < arguments.size();
      if (arguments[i] == "--write" && has_value) {
        folder_ = arguments[++i];
        fs::create_directories(folder_);
      } else if (arguments[i] == "--before" && has_value) {
        if (has_files) {
          beginnings_.clear();
          has_files = false;
        }
        beginnings_.push_back(octets_of(arguments[++i]));
      } else {
        has_files = true;
        add(arguments[i]);
      }
    }
  }
  size_t inputs() const { return inputs_; }

 private:
  static Octets octets_of(const std::string& hex) {
    Octets octets;
    for (size_t i = 0; i + 1 < hex.size(); i += 2) {
      octets.push_back(static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
    }
    return octets;
  }

  void add(const fs::path& path) {
    if (!fs::is_directory(path)) {
      return add_file(path);
    }
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) {
        add_file(entry.path());
      }
    }
  }

  void add_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      std::fprintf(stderr, "%s: cannot be read\n", path.c_str());
      std::exit(1);
    }
    const Octets content(std::istreambuf_iterator<char>(file), {});
    if (beginnings_.empty()) {
      return add_input(content);
    }
    for (const Octets& beginning : beginnings_) {
      Octets input = beginning;
      input.insert(input.end(), content.begin(), content.end());
      add_input(input);
    }
  }

  void add_input(const Octets& input) {
    ++inputs_;
    if (folder_.empty()) {
      LLVMFuzzerTestOneInput(input.data(), input.size());
      return;
    }
    std::ofstream file(folder_ / ("seed" + std::to_string(inputs_)), std::ios::binary);
    file.write(reinterpret_cast<const char*>(input.data()),
               static_cast<std::streamsize>(input.size()));
  }

  fs::path folder_;
  std::vector<Octets> beginnings_;
  size_t inputs_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Corpus corpus;
  corpus.read({argv + 1, argv + argc});
  std::printf("%zu inputs\n", corpus.inputs());
  return corpus.inputs() == 0 ? 1 : 0;
}
