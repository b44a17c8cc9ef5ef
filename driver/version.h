/* version.h -- the version of this project, in one place. */
#ifndef DRIVER_VERSION_H
#define DRIVER_VERSION_H

#define VERSION "0.1.0"

#endif
