/* Command lines that are run without a shell: what is one word, and what only a shell should read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "term/foreground.h"

static char text[400];
static char *words[FOREGROUND_WORDS + 1];
static struct pt_error err;

static pt_code split(const char *line)
{
    snprintf(text, sizeof text, "%s", line);
    return foreground_words(text, words, &err);
}

static void blanks_and_quotes_divide_words(void **state)
{
    (void)state;
    assert_int_equal(split("ssh -i \"/home/me/my key.pem\"  ec2-user@ec2-1.amazonaws.com"), PT_OK);
    assert_string_equal(words[0], "ssh");
    assert_string_equal(words[1], "-i");
    assert_string_equal(words[2], "/home/me/my key.pem");
    assert_string_equal(words[3], "ec2-user@ec2-1.amazonaws.com");
    assert_null(words[4]);
    assert_int_equal(split("ssh \"\" x"), PT_OK);
    assert_string_equal(words[1], "");
}

static void what_a_shell_would_read_is_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {"ssh $(id) x", "ssh `id`",  "ssh x; id",  "ssh x | id",
                                        "ssh x\nid",   "ssh x > y", "ssh x & id", "ssh \\x",
                                        "ssh 'x'",     "",          "   "};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_int_equal(split(lines[i]), PT_EUSAGE);
}

static void there_is_a_limit(void **state)
{
    (void)state;
    char line[200] = "";
    for (int i = 0; i <= FOREGROUND_WORDS; i++)
        snprintf(line + strlen(line), sizeof line - strlen(line), "a ");
    assert_int_equal(split(line), PT_EUSAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_and_quotes_divide_words),
        cmocka_unit_test(what_a_shell_would_read_is_refused),
        cmocka_unit_test(there_is_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
