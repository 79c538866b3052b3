/* bin/pintop of the tarball: a static program, which needs nothing of the host, starts the real one
 * with the loader and the libraries that lie beside it. Neither the host's C library nor its
 * version matters then, and the tarball can be unpacked anywhere. Children of pintop (ssh, aws) get
 * the host's libraries, because nothing of this is in the environment. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

enum { LAUNCHER_WORDS = 8, LAUNCHER_FAILED = 127 };

static int launcher_fails(const char *what, const char *why)
{
    fprintf(stderr,
            "pintop: the program beside this launcher cannot be started: %s: %s. Unpack the whole "
            "tarball, and start bin/pintop in it, or a symbolic link to it\n",
            what, why);
    return LAUNCHER_FAILED;
}

/* The directory above bin/, whatever links led here. /proc need not be mounted. */
static int launcher_root(char *root)
{
    const char *started_as =
        (const char *)getauxval(AT_EXECFN); /* NOLINT(performance-no-int-to-ptr) */
    if (realpath("/proc/self/exe", root) == NULL &&
        (started_as == NULL || realpath(started_as, root) == NULL))
        return launcher_fails(started_as != NULL ? started_as : "bin/pintop", strerror(errno));
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(root, '/');
        if (slash == NULL)
            return launcher_fails(root, "it is not in a directory bin");
        *slash = '\0';
    }
    return 0;
}

/* Terminal types: those of the host first (an empty word), then those of the tarball. */
static void launcher_add_terminals(const char *root)
{
    char dirs[2 * PATH_MAX];
    const char *known = getenv("TERMINFO_DIRS");
    int len = snprintf(dirs, sizeof dirs, "%s:%s/share/terminfo", known != NULL ? known : "", root);
    if (len > 0 && len < (int)sizeof dirs && strchr(root, ':') == NULL)
        setenv("TERMINFO_DIRS", dirs, 1);
}

int main(int argc, char **argv)
{
    char root[PATH_MAX], loader[PATH_MAX + 32], lib[PATH_MAX + 32], program[PATH_MAX + 32];
    int rc = launcher_root(root);
    if (rc != 0)
        return rc;
    snprintf(lib, sizeof lib, "%s/lib/pintop", root);
    /* The loader has this name because it is what `ps` and `pgrep` show. */
    snprintf(loader, sizeof loader, "%s/pintop", lib);
    snprintf(program, sizeof program, "%s/program", lib);
    char **words = calloc((size_t)argc + LAUNCHER_WORDS, sizeof *words);
    if (words == NULL)
        return launcher_fails(program, "out of memory");
    char name[] = "pintop", no_cache[] = "--inhibit-cache", own_name[] = "--argv0";
    char libraries[] = "--library-path";
    char *first[] = {name, no_cache, own_name, name, libraries, lib, program};
    memcpy((void *)words, (const void *)first, sizeof first);
    for (int i = 1; i < argc; i++)
        words[sizeof first / sizeof *first + (size_t)i - 1] = argv[i];
    launcher_add_terminals(root);
    execv(loader, words);
    int why = errno;
    free((void *)words);
    return launcher_fails(loader, strerror(why));
}
