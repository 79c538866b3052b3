#include "ui/aside.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "term/foreground.h"

enum { SSH_FAILED = 255 }; /* ssh's own exit status: the connection failed, or was lost */

pt_code aside_run(struct screen *screen, const char *command, struct pt_error *err)
{
    char *words[FOREGROUND_WORDS + 1], *text = strdup(command);
    int status = 0;
    bool has_failed = false;
    if (text == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "SSH: out of memory");
    pt_code code = foreground_words(text, words, err);
    if (code == PT_OK) {
        screen_suspend(screen);
        code = foreground_run(words, &status, err);
        has_failed = code == PT_OK && WIFEXITED(status) && WEXITSTATUS(status) == SSH_FAILED;
        if (has_failed)
            foreground_pause("\nEnter: back to pintop");
        screen_resume(screen);
    }
    free(text);
    if (has_failed)
        return pt_error_set(err, PT_EIO, "r on page 5 checks the host and the key again.",
                            "ssh ended with status 255: the connection failed, or was lost");
    return code;
}
