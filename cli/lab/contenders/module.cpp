// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/contenders/module.hpp"

#include <dlfcn.h>
#include <signal.h>

#include <stdexcept>

#include "lab/modules/entry.hpp"
#include "lab/companion.hpp"

// The modules that were built.
#ifndef FORKLIFT_BOOST_VERSION
#define FORKLIFT_BOOST_VERSION ""
#endif
#ifndef FORKLIFT_LIBUV_VERSION
#define FORKLIFT_LIBUV_VERSION ""
#endif
#ifndef FORKLIFT_GLIB_VERSION
#define FORKLIFT_GLIB_VERSION ""
#endif
#ifndef FORKLIFT_QT_VERSION
#define FORKLIFT_QT_VERSION ""
#endif
#ifndef FORKLIFT_POCO_VERSION
#define FORKLIFT_POCO_VERSION ""
#endif

namespace lab {
namespace {

struct Module {
  const char* name;
  const char* description;
  const char* package;  // of Debian 12, to build it
};

constexpr Module modules[] = {
    {"boost-v1", "Boost.Process v1 " FORKLIFT_BOOST_VERSION ", child", "libboost1.81-dev"},
    {"boost-v2", "Boost.Process v2 " FORKLIFT_BOOST_VERSION ", process", "libboost1.81-dev"},
    {"boost-v2-vfork", "Boost.Process v2 " FORKLIFT_BOOST_VERSION ", vfork_launcher",
     "libboost1.81-dev"},
    {"libuv", "libuv " FORKLIFT_LIBUV_VERSION ", uv_spawn", "libuv1-dev"},
    {"glib", "GLib " FORKLIFT_GLIB_VERSION ", GSubprocess", "libglib2.0-dev"},
    {"qt", "Qt " FORKLIFT_QT_VERSION ", QProcess", "qtbase5-dev"},
    {"poco", "Poco " FORKLIFT_POCO_VERSION ", Process::launch", "libpoco-dev"},
};

std::string file_name(const std::string& name) { return "forklift-contender-" + name + ".so"; }

// Never unloaded: what a library has set up in this process (threads, handlers
// at fork and exit) outlives its contenders. But the signal mask is restored:
// Poco blocks SIGPIPE when loaded, and all other children would inherit that.
void* open_for_good(const char* file) {
  sigset_t before;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  void* const handle = ::dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return handle;
}

}  // namespace

bool has_module(const std::string& name) { return find_companion(file_name(name)).has_value(); }

void* module_entry(const std::string& name, const char* symbol) {
  const auto file = find_companion(file_name(name));
  if (!file) throw std::runtime_error(file_name(name) + " is gone");
  void* const handle = open_for_good(file->c_str());
  if (!handle) throw std::runtime_error("contender '" + name + "': " + ::dlerror());
  void* const entry = ::dlsym(handle, symbol);
  if (!entry) throw std::runtime_error("contender '" + name + "': " + ::dlerror());
  return entry;
}

std::string advice_to_build(const std::string& name, const std::string& package) {
  return "contender '" + name + "' was not built: install " + package +
         ", then configure and build again";
}

std::vector<ContenderKind> module_kinds() {
  std::vector<ContenderKind> present;
  for (const Module& module : modules) {
    const std::string name = module.name;
    if (!has_module(name)) continue;
    present.push_back({name, module.description, [name](const std::string& program) {
                         using Entry = decltype(&forklift_contender);
                         const auto make = reinterpret_cast<Entry>(module_entry(name, entry_name));
                         return std::unique_ptr<Contender>(make(program.c_str()));
                       }});
  }
  return present;
}

std::string absence(const std::string& name) {
  for (const Module& module : modules) {
    if (name == module.name && !has_module(name)) return advice_to_build(name, module.package);
  }
  return "";
}

}  // namespace lab
