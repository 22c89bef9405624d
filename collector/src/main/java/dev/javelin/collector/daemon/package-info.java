/**
 * {@code javelin daemon}, which records for those who lack the privilege, and its clients. Whatever comes from a client is hostile until
 * checked.
 */
package dev.javelin.collector.daemon;
