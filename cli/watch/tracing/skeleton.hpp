// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

/// The compiled hooks, and libbpf's code for them. Its headers are C, and their
/// warnings are not ours.

#include "watch/tracing/watch_event.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <watch_hooks.skel.h>
