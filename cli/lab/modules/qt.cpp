// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Qt: QProcess, start, waitForStarted, waitForFinished.
//
// A QProcess belongs to the thread that created it, so every launch creates its
// own. There is one QCoreApplication, created on the main thread with the first
// contender. A thread of the standard library has no event dispatcher: there
// the waiting functions poll by themselves, as documented.
#include <QCoreApplication>
#include <QProcess>
#include <stdexcept>

#include "lab/contenders/stopwatch.hpp"
#include "lab/modules/entry.hpp"

namespace {

using lab::Stage;

void need_application() {
  static char name[] = "forklift";
  static char* argv[] = {name, nullptr};
  static int argc = 1;
  static const QCoreApplication application(argc, argv);
}

[[noreturn]] void fail(const char* step, const QProcess& child) {
  throw std::runtime_error(std::string("Qt, ") + step + ": " + child.errorString().toStdString());
}

class QtContender : public lab::Contender {
 public:
  explicit QtContender(const char* program) : program_(QString::fromLocal8Bit(program)) {
    need_application();
  }

  lab::Times launch() override {
    constexpr int no_limit = -1;
    lab::Times times;
    QProcess child;
    child.setProcessChannelMode(QProcess::ForwardedChannels);
    child.setInputChannelMode(QProcess::ForwardedInputChannel);
    enter(Stage::launching);
    const lab::Stopwatch watch;
    child.start(program_, QStringList());
    times.hold = watch.read();
    if (!child.waitForStarted(no_limit)) fail("waitForStarted", child);
    times.launch = watch.read();
    enter(Stage::waiting_for_child);
    if (!child.waitForFinished(no_limit)) fail("waitForFinished", child);
    times.finish = watch.read();
    enter(Stage::running);
    if (child.exitStatus() != QProcess::NormalExit || child.exitCode() != 0) {
      throw std::runtime_error("Qt, waitForFinished: the child failed");
    }
    return times;
  }

 private:
  QString program_;
};

}  // namespace

lab::Contender* forklift_contender(const char* program) { return new QtContender(program); }
