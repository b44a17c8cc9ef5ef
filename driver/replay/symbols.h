/*
 * symbols.h -- a copied stack as functions, files and lines.
 *
 * Unwinds with the call frame information of the modules that were mapped
 * (program, shared and dlopen'ed libraries) and names each frame from their
 * debugging information; inlined functions count as frames of their own.
 * Where a module has none, its symbol table gives the function.
 */
#ifndef DRIVER_REPLAY_SYMBOLS_H
#define DRIVER_REPLAY_SYMBOLS_H

#include <stddef.h>

#include "driver/replay/post_mortem.h"
#include "driver/replay/stack_copy.h"

/*
 * Fills frames, innermost first, and returns how many: at most room, 0 when
 * nothing can be said.  Frames from the function named bottom on are left out.
 * Files are as the compiler noted them, their tail where room is short.
 * Not async-signal-safe; milliseconds, or a tenth of a second where the C
 * library's debugging information is installed and asked for.
 */
size_t symbols_backtrace(const struct stack_copy *stack, const char *bottom,
                         struct stack_frame *frames, size_t room);

#endif
