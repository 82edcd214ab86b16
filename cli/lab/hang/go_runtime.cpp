// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Builds the Go program once with each combination of Go 1.9's two changes, by
// `go build -overlay` with edited copies of the installed sources. The build
// cache is keyed by the content of the overlay. A Go that is missing, too old
// or unknown only leaves contenders out, with a warning.

#include "lab/hang/go_runtime.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <charconv>
#include <forklift/command.hpp>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "lab/hang/go_overlay.hpp"
#include "lab/peers/toolchain.hpp"

namespace lab::hang {
namespace {

namespace fs = std::filesystem;

// The first version with `go build -overlay`.
constexpr int oldest_minor = 16;
constexpr int first_that_shares = 21;

struct Corner {
  std::string name;
  Undo undo;
};

// The installed Go: the path of its sources, and its version.
struct Installed {
  fs::path sources;
  std::string version;  // "1.19.8"
  int minor = 0;
};

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

int minor_of(const std::string& version) {
  int minor = 0;
  const auto dot = version.find('.');
  if (!version.starts_with("1.") || dot == std::string::npos) return 0;
  std::from_chars(version.data() + dot + 1, version.data() + version.size(), minor);
  return minor;
}

std::expected<Installed, std::string> find_go() {
  forklift::Command command("go");
  command.args({"env", "GOROOT", "GOVERSION"}).env("GOTOOLCHAIN", "local");
  const auto answer = command.try_output({.limit = 64 * 1024, .timeout = std::chrono::seconds(20)});
  if (!answer) return std::unexpected(answer.error().what());
  const std::string text = answer->out;
  const auto end = text.find('\n');
  if (!answer->status.success() || end == std::string::npos || text.find("go1.", end) != end + 1) {
    return std::unexpected(
        "'go env GOROOT GOVERSION' does not say where and of which version it is");
  }
  Installed found{fs::path(text.substr(0, end)) / "src",
                  text.substr(end + 3, text.find('\n', end + 1) - end - 3)};
  found.minor = minor_of(found.version);
  if (found.minor >= oldest_minor) return found;
  return std::unexpected(fmt::format("Go {} has no 'go build -overlay', which is Go 1.{}",
                                     found.version, oldest_minor));
}

bool write_file(const fs::path& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  return file.good();
}

// The file for `-overlay`, in a directory named after its content, so that it
// is written once, and builds with another overlay are not mixed up.
std::expected<fs::path, std::string> write_overlay(const Installed& go, const Overlay& overlay) {
  const auto cache = cache_folder();
  if (!cache) return std::unexpected("there is no cache folder: set HOME or XDG_CACHE_HOME");
  std::string all;
  for (const auto& [path, text] : overlay) all += path + "\n" + text;
  const fs::path folder = *cache / "go-overlay" / fmt::format("{:016x}", stable_hash(all));
  nlohmann::json replace = nlohmann::json::object();
  for (const auto& [path, text] : overlay) {
    if (!write_file(folder / path, text)) {
      return std::unexpected("cannot write '" + (folder / path).string() + "'");
    }
    replace[(go.sources / path).string()] = (folder / path).string();
  }
  const fs::path file = folder / "overlay.json";
  if (!write_file(file, nlohmann::json{{"Replace", replace}}.dump(1))) {
    return std::unexpected("cannot write '" + file.string() + "'");
  }
  return file;
}

Toolchain toolchain(const std::string& name, const std::string& overlay) {
  std::vector<std::string> build{"go", "build"};
  if (!overlay.empty()) build.insert(build.end(), {"-overlay", overlay});
  build.insert(build.end(), {"-o", "{out}/hang", "{source}"});
  return {.peer = name,
          .language = "Go",
          .interface = "os/exec",
          .source = "hang.go",
          .package = "golang-go",
          .version = {"go", "version"},
          .build = build,
          .run = {"{out}/hang"}};
}

void leave_out(const std::string& name, const std::string& why, Warnings& warnings) {
  warnings.add({Warning::Kind::peer, name + " left out: " + why,
                "the contenders in C++ show the same; the real runtime wants a Go from 1.16 to "
                "1.26 with its sources (Debian: golang-go)"});
}

void find(const Installed& go, const Corner& corner, std::vector<GoRuntime>& found,
          Warnings& warnings) {
  const auto source = [&go](const std::string& path) { return read_file(go.sources / path); };
  const auto overlay = make_overlay(source, corner.undo);
  if (!overlay)
    return leave_out(corner.name, "Go " + go.version + ": " + overlay.error(), warnings);
  std::string file;
  if (!overlay->empty()) {
    const auto written = write_overlay(go, *overlay);
    if (!written) return leave_out(corner.name, written.error(), warnings);
    file = written->string();
  }
  const auto recipe = prepare(toolchain(corner.name, file));
  if (!recipe) return warnings.add(recipe.error());
  found.push_back({corner.name, go.version, recipe->command});
}

}  // namespace

const Corners& real_corners() {
  static const Corners corners{"real-go1.8", "real-go1.8-fair", "real-go1.9-barging", "real-go1.9"};
  return corners;
}

std::vector<GoRuntime> find_go_runtimes(Warnings& warnings) {
  std::vector<GoRuntime> found;
  const auto go = find_go();
  if (!go) {
    leave_out("real-go", go.error(), warnings);
    return found;
  }
  const Corners& names = real_corners();
  for (const Corner& corner :
       {Corner{names.fork_barging, {.fork = true, .barging = true}},
        Corner{names.fork_fair, {.fork = true}}, Corner{names.vfork_barging, {.barging = true}},
        Corner{names.vfork_fair, {}}}) {
    find(*go, corner, found, warnings);
  }
  const auto as_it_is = prepare(toolchain("real-go", ""));
  if (!as_it_is) {
    warnings.add(as_it_is.error());
    return found;
  }
  found.push_back({"real-go", go->version, as_it_is->command, go->minor >= first_that_shares});
  return found;
}

}  // namespace lab::hang
