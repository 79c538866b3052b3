#include "base/user.h"

#include <pwd.h>
#include <unistd.h>

#include "base/shown.h"
#include "base/text.h"

void user_name(char *out, size_t cap)
{
    char room[4096];
    struct passwd entry, *found = NULL;
    if (getpwuid_r(geteuid(), &entry, room, sizeof room, &found) == 0 && found != NULL)
        shown_str(out, cap, found->pw_name);
    else
        text_put(out, cap, "uid %u", (unsigned)geteuid());
}
