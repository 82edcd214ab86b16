// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Poco: Process::launch and ProcessHandle::wait. It forks and returns at once,
// so its "launch" is only the fork: it cannot report whether the program runs.
// The child closes every number up to the descriptor limit, one by one.
//
// Side effects: the thread that loads Poco has SIGPIPE blocked from then on;
// the lab undoes that.
#include <Poco/Exception.h>
#include <Poco/Process.h>

#include <stdexcept>

#include "lab/contenders/two_steps.hpp"
#include "lab/modules/entry.hpp"

namespace {

class PocoContender : public lab::TwoSteps {
 public:
  explicit PocoContender(const char* program) : program_(program) {}

  lab::Times launch() override try {
    return time([this] { return Poco::Process::launch(program_, no_arguments_); },
                [](auto& child) { return child.wait() == 0; });
  } catch (const Poco::Exception& error) {
    throw std::runtime_error("Poco, Process::launch: " + error.displayText());
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(std::string("Poco, Process::launch: ") + error.what());
  }

 private:
  std::string program_;
  std::vector<std::string> no_arguments_;
};

}  // namespace

lab::Contender* forklift_contender(const char* program) { return new PocoContender(program); }
