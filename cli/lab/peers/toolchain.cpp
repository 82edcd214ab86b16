// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Builds the peers with the compilers of this machine, which may be missing,
// broken or updated. A build is cached under a hash of the compiler's version,
// the source and the command, so an update leads to a new build. Failures are
// warnings with advice: the peer is left out.

#include "lab/peers/toolchain.hpp"

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
#include "output.hpp"

namespace lab {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

// Why a peer is unavailable, and how to change that.
struct Trouble {
  std::string why, advice;
};
template <class T>
using Or = std::expected<T, Trouble>;

// --- running tools ---------------------------------------------------------------

std::string join(std::span<const std::string> words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

forklift::Command command_of(const std::vector<std::string>& words) {
  forklift::Command command(words.front());
  // Use the installed Go and download no other; the rest ignore this.
  return command.args(std::span(words).subspan(1)).env("GOTOOLCHAIN", "local");
}

// A tool's output, if it succeeded in time.
std::expected<std::string, std::string> run_tool(const forklift::Command& command,
                                                 const std::vector<std::string>& words,
                                                 seconds limit) {
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
std::expected<std::string, std::string> version_in(const std::string& text) {
  static const std::regex number(R"(\d+(\.\d+)+)");
  std::smatch found;
  if (std::regex_search(text, found, number)) return found.str();
  return std::unexpected(fmt::format("it says '{}' for its version", first_line(text)));
}

// --- the cache -------------------------------------------------------------------

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

Trouble no_cache(const fs::path& path, const std::error_code& error) {
  return {fmt::format("cannot make '{}': {}", path.string(), error.message()),
          "set XDG_CACHE_HOME to a folder that can be written"};
}

// Built aside and moved into place whole, so that two labs at once, or an
// interrupted one, leave no partial peer.
Or<void> build_into(const fs::path& out, const Toolchain& toolchain, const std::string& source,
                    const fs::path& cache) {
  const fs::path aside = out.string() + "." + std::to_string(::getpid());
  std::error_code error;
  fs::create_directories(aside, error);
  if (error) return std::unexpected(no_cache(aside, error));
  output::say("forklift: building {}, once for this version of {}\n", toolchain.peer,
              toolchain.language);
  const auto words = fill_in(toolchain.build, source, aside);
  auto command = command_of(words);
  command.env("GO111MODULE", "off").env("GOFLAGS", "");
  command.env("GOCACHE", cache / "go-build").env("GOPATH", cache / "go");
  const auto built = run_tool(command, words, seconds(180));
  if (built) fs::rename(aside, out, error);
  std::error_code ignored;
  fs::remove_all(aside, ignored);
  if (!built) {
    return std::unexpected(Trouble{
        built.error(),
        fmt::format("run that to see why, or install it whole (Debian: {})", toolchain.package)});
  }
  if (!fs::exists(out)) return std::unexpected(no_cache(out, error));
  return {};
}

// --- all together ------------------------------------------------------------------

struct Version {
  std::string number;
  std::string text;  // all that the tool printed
};

Or<Version> version_of(const Toolchain& toolchain) {
  const auto text = run_tool(command_of(toolchain.version), toolchain.version, seconds(20));
  const auto number = text ? version_in(*text) : text;
  if (number) return Version{*number, *text};
  return std::unexpected(
      Trouble{number.error(), fmt::format("to see {} take part, install it (Debian: {})",
                                          toolchain.language, toolchain.package)});
}

// The directory of the peer's build, new or cached.
Or<fs::path> build_once(const Toolchain& toolchain, const Version& version,
                        const std::string& source) {
  const auto cache = cache_folder();
  if (!cache) {
    return std::unexpected(Trouble{"there is no cache folder", "set HOME or XDG_CACHE_HOME"});
  }
  const std::uint64_t key = stable_hash(version.text + content(source) + join(toolchain.build));
  const fs::path out = *cache / "peers" /
                       fmt::format("{}-{}-{:016x}", toolchain.version.front(), version.number, key);
  if (fs::exists(out)) return out;
  if (auto done = build_into(out, toolchain, source, *cache); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return out;
}

}  // namespace

std::optional<fs::path> cache_folder() {
  const char* const cache = ::secure_getenv("XDG_CACHE_HOME");
  if (cache && *cache == '/') return fs::path(cache) / "forklift";
  const char* const home = ::secure_getenv("HOME");
  if (home && *home == '/') return fs::path(home) / ".cache" / "forklift";
  return std::nullopt;
}

std::uint64_t stable_hash(const std::string& text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return value;
}

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
      // The ballast is a direct buffer, which Java limits by default.
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
  const auto left_out = [&](Trouble trouble) {
    return std::unexpected(Warning{Warning::Kind::peer,
                                   toolchain.peer + " left out: " + trouble.why,
                                   std::move(trouble.advice)});
  };
  const auto source = find_companion("peers/" + toolchain.source);
  if (!source) {
    return left_out({"peers/" + toolchain.source +
                         " is neither beside the command nor in its libexec directory",
                     "install the command whole"});
  }
  auto version = version_of(toolchain);
  if (!version) return left_out(std::move(version.error()));
  fs::path out;
  if (!toolchain.build.empty()) {
    auto folder = build_once(toolchain, *version, *source);
    if (!folder) return left_out(std::move(folder.error()));
    out = std::move(*folder);
  }
  return Recipe{version->number, fill_in(toolchain.run, *source, out)};
}

}  // namespace lab
