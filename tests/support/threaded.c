/* Tells tests/run whether this program has made a second thread. The thread sanitizer has nothing
 * to find in the others. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/single_threaded.h>
#include <unistd.h>

__attribute__((destructor)) static void tell_of_threads(void)
{
    const char *path = getenv("PT_TEST_THREADED");
    if (path == NULL || __libc_single_threaded)
        return;
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}
