// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

/// The hooks as they were compiled, and what libbpf has for them. Its headers are
/// C, and none of their warnings is ours.

#include "watch/tracing/watch_event.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <watch_hooks.skel.h>
