/* A disk without room, for this process. After cmocka.h. */
#ifndef SUPPORT_FULL_DISK_H
#define SUPPORT_FULL_DISK_H

#include <sys/resource.h>

/* No file grows beyond this from now on: a write fails with EFBIG. RLIM_INFINITY: there is room
 * again. */
void full_disk_set(rlim_t bytes);

#endif
