// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/toolchain.hpp"

#include <fmt/core.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <forklift/command.hpp>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <span>

#include "lab/companion.hpp"

namespace lab {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
template <class T>
using Or = std::expected<T, std::string>;

// --- running tools ---------------------------------------------------------------

std::string join(std::span<const std::string> words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// What a tool printed, if it ended well and in time.
Or<std::string> run_tool(const std::vector<std::string>& words, const fs::path& cache,
                         seconds limit) {
  forklift::Command command(words.front());
  command.args(std::span(words).subspan(1));
  // Go reads its own modules and downloads nothing; other tools do not care.
  command.env("GO111MODULE", "off").env("GOTOOLCHAIN", "local").env("GOFLAGS", "");
  command.env("GOCACHE", cache / "go-build").env("GOPATH", cache / "go");
  const auto output = command.try_output({.limit = 64 * 1024, .timeout = limit});
  if (!output) return std::unexpected(output.error().what());
  if (output->timed_out) {
    return std::unexpected(fmt::format("'{}' did not end within {} s", join(words), limit.count()));
  }
  if (!output->status.success()) {
    return std::unexpected(fmt::format("'{}' {}: {}", join(words), output->status.text(),
                                       first_line(output->err + output->out)));
  }
  return output->out;
}

// "1.19.8" of "go version go1.19.8 linux/amd64".
Or<std::string> version_in(const std::string& text) {
  static const std::regex number(R"(\d+(\.\d+)+)");
  std::smatch found;
  if (std::regex_search(text, found, number)) return found.str();
  return std::unexpected(fmt::format("it says '{}' for its version", first_line(text)));
}

// --- the cache -------------------------------------------------------------------

std::optional<fs::path> cache_folder() {
  const char* const cache = ::getenv("XDG_CACHE_HOME");
  if (cache && *cache == '/') return fs::path(cache) / "forklift";
  const char* const home = ::getenv("HOME");
  if (home && *home == '/') return fs::path(home) / ".cache" / "forklift";
  return std::nullopt;
}

// FNV-1a: what is in the cache must be found again by another build of ours.
std::uint64_t hash(const std::string& text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return value;
}

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> fill_in(std::vector<std::string> words, const std::string& source,
                                 const std::string& out) {
  const auto put = [](std::string& word, const std::string& name, const std::string& value) {
    if (const auto at = word.find(name); at != std::string::npos) {
      word.replace(at, name.size(), value);
    }
  };
  for (std::string& word : words) {
    put(word, "{source}", source);
    put(word, "{out}", out);
  }
  return words;
}

// Built aside and moved into place whole, so that two labs at once, or one that
// was interrupted, leave no half of a peer.
Or<void> build_into(const fs::path& out, const Toolchain& toolchain, const std::string& source,
                    const fs::path& cache) {
  const fs::path aside = out.string() + "." + std::to_string(::getpid());
  std::error_code error;
  fs::create_directories(aside, error);
  if (error) {
    return std::unexpected(fmt::format("cannot make '{}': {}", aside.string(), error.message()));
  }
  fmt::print(stderr, "forklift: building {}, once for this version of {}\n", toolchain.peer,
             toolchain.language);
  const auto built = run_tool(fill_in(toolchain.build, source, aside), cache, seconds(180));
  if (built) fs::rename(aside, out, error);
  std::error_code ignored;
  fs::remove_all(aside, ignored);
  if (!built) return std::unexpected(built.error());
  if (!fs::exists(out)) return std::unexpected("cannot fill '" + out.string() + "'");
  return {};
}

// --- all together ------------------------------------------------------------------

Or<Recipe> prepare_in(const fs::path& cache, const Toolchain& toolchain,
                      const std::string& source) {
  const auto told = run_tool(toolchain.version, cache, seconds(20));
  if (!told) return std::unexpected(told.error());
  const auto version = version_in(*told);
  if (!version) return std::unexpected(version.error());
  const std::string key = fmt::format("{}-{}-{:016x}", toolchain.version.front(), *version,
                                      hash(*told + content(source) + join(toolchain.build)));
  const fs::path out = cache / "peers" / key;
  if (!toolchain.build.empty() && !fs::exists(out)) {
    if (const auto built = build_into(out, toolchain, source, cache); !built) {
      return std::unexpected(built.error());
    }
  }
  return Recipe{*version, fill_in(toolchain.run, source, out)};
}

}  // namespace

const std::vector<Toolchain>& toolchains() {
  static const std::vector<Toolchain> all = {
      {.peer = "peer-python",
       .language = "Python",
       .interface = "subprocess",
       .source = "peer.py",
       .package = "python3",
       .version = {"python3", "--version"},
       .build = {},
       .run = {"python3", "{source}"}},
      {.peer = "peer-go",
       .language = "Go",
       .interface = "os/exec",
       .source = "peer.go",
       .package = "golang-go",
       .version = {"go", "version"},
       .build = {"go", "build", "-o", "{out}/peer", "{source}"},
       .run = {"{out}/peer"}},
      {.peer = "peer-rust",
       .language = "Rust",
       .interface = "std::process",
       .source = "peer.rs",
       .package = "rustc",
       .version = {"rustc", "--version"},
       .build = {"rustc", "-O", "--edition", "2021", "-o", "{out}/peer", "{source}"},
       .run = {"{out}/peer"}},
      {.peer = "peer-node",
       .language = "Node",
       .interface = "child_process.spawn",
       .source = "peer.mjs",
       .package = "nodejs",
       .version = {"node", "--version"},
       .build = {},
       .run = {"node", "{source}"}},
      // The ballast is a direct buffer, of which Java allows little by default.
      {.peer = "peer-java",
       .language = "Java",
       .interface = "ProcessBuilder",
       .source = "Peer.java",
       .package = "default-jdk-headless",
       .version = {"java", "--version"},
       .build = {"javac", "-d", "{out}", "{source}"},
       .run = {"java", "-XX:MaxDirectMemorySize=1024g", "-cp", "{out}", "Peer"}}};
  return all;
}

std::expected<Recipe, Warning> prepare(const Toolchain& toolchain) {
  const auto left_out = [&](const std::string& why, const std::string& advice) {
    const std::string text = toolchain.peer + " left out: " + why;
    return std::unexpected(Warning{Warning::Kind::peer, text, advice});
  };
  const auto source = find_companion("peers/" + toolchain.source);
  if (!source) {
    return left_out(
        "peers/" + toolchain.source + " is neither beside the command nor in its libexec directory",
        "install the command whole");
  }
  const auto cache = cache_folder();
  if (!cache) return left_out("there is no cache folder", "set HOME or XDG_CACHE_HOME");
  auto recipe = prepare_in(*cache, toolchain, *source);
  if (recipe) return *recipe;
  return left_out(recipe.error(), fmt::format("to see {} take part, install it (Debian: {})",
                                              toolchain.language, toolchain.package));
}

}  // namespace lab
