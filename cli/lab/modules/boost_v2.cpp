// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Boost.Process v2: process, its constructor and wait(), which on Linux use the
// default launcher. It forks, and a close-on-exec pipe reports the result of
// the exec. The execution context, one per contender, keeps an epoll, a timer
// and an event descriptor; it is never run, since there is no asynchronous
// wait.
#include <stdexcept>

#include "lab/contenders/two_steps.hpp"
#include "lab/modules/boost_v2.hpp"
#include "lab/modules/entry.hpp"

namespace {

class BoostV2 : public lab::TwoSteps {
 public:
  explicit BoostV2(const char* program) : program_(program) {}

  lab::Times launch() override try {
    return time([this] { return boost::process::v2::process(context_, program_, no_arguments_); },
                [](auto& child) { return child.wait() == 0; });
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string("Boost.Process v2, process: ") + error.what());
  }

 private:
  boost::process::v2::filesystem::path program_;
  std::vector<std::string> no_arguments_;
  boost::asio::io_context context_;
};

}  // namespace

lab::Contender* forklift_contender(const char* program) { return new BoostV2(program); }
