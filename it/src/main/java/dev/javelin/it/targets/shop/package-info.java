/**
 * Real software to be looked at: a shop on embedded Tomcat, with H2 for its orders and Lucene for its search. The same request is answered by the
 * same bytes, however often and beside whatever it is made. Its jars are in {@code it/target/shop}.
 */
package dev.javelin.it.targets.shop;
