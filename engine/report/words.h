/* The words of the enumerations by their numbers; "?" behind the last one. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

const char *verdict_word(int value);
const char *hop_word(int value);
const char *broker_word(int value);
const char *rtt_of_word(int value);
const char *cluster_word(int value);
const char *link_word(int value);
const char *topics_source_word(int value);
const char *stream_word(int value);
const char *stream_name_word(int value);
const char *auth_word(int value);
const char *severity_word(int value);
const char *code_word(int value);
const char *command_word(int value);
const char *result_word(int value);
const char *check_word(int value);
const char *made_word(int value);
const char *made_end_word(int value);
/* Of what can be done with a connector, by bit. */
const char *can_word(int bit);

#endif
