/*
 * symbol_names.h -- function, file and line of an address.  Internal to
 * replay/.
 */
#ifndef DRIVER_REPLAY_SYMBOL_NAMES_H
#define DRIVER_REPLAY_SYMBOL_NAMES_H

#include <elfutils/libdwfl.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/replay/post_mortem.h"

/*
 * Fills a frame for the function that address lies in, after one for each
 * function inlined there, innermost first.  Returns how many: at least one,
 * named or not, and at most room.
 */
size_t symbol_names(Dwfl *dwfl, uint64_t address, struct stack_frame *frames,
                    size_t room);

#endif
