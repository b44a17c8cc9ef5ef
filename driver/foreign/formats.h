/*
 * formats.h -- the readers of foreign.c's table; each in a file of its own.
 */
#ifndef DRIVER_FOREIGN_FORMATS_H
#define DRIVER_FOREIGN_FORMATS_H

#include "driver/foreign/log.h"

extern const struct foreign_format foreign_mtrace;
extern const struct foreign_format foreign_memory_replay;
extern const struct foreign_format foreign_logalloc;
extern const struct foreign_format foreign_ltrace;

#endif
