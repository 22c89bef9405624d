package dev.javelin.collector.probe;

import dev.javelin.collector.probe.Expression.Binary;
import dev.javelin.collector.probe.Expression.CommIs;
import dev.javelin.collector.probe.Expression.Constant;
import dev.javelin.collector.probe.Expression.Read;
import dev.javelin.collector.probe.Expression.Unary;
import dev.javelin.collector.probe.Predicate.Variable;
import dev.javelin.collector.probe.PredicateLexer.Token;
import dev.javelin.collector.probe.PredicateLexer.TokenType;
import dev.javelin.collector.session.JavelinException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reads a predicate by climbing the operators' precedences. */
final class PredicateParser {
    private static final List<String> VARIABLES =
            Arrays.stream(Variable.values()).map(Variable::text).toList();

    private final PredicateLexer lexer;
    private final Set<Variable> variables = EnumSet.noneOf(Variable.class);
    private Token token;

    PredicateParser(String text) {
        lexer = new PredicateLexer(text);
        token = lexer.next();
    }

    /** The whole text. */
    Expression parse() {
        Expression whole = binary(BinaryOperator.OR.precedence());
        if (token.type() != TokenType.END) {
            throw expected("an operator");
        }
        return whole;
    }

    /** Those that were read. */
    Set<Variable> variables() {
        return variables;
    }

    private Expression binary(int lowest) {
        boolean comparison = lowest <= BinaryOperator.EQ.precedence();
        Expression left = comparison && token.is(Variable.COMM) ? comm() : unary();
        for (BinaryOperator operator = operator();
                operator != null && operator.precedence() >= lowest;
                operator = operator()) {
            advance();
            left = new Binary(operator, left, binary(operator.precedence() + 1));
        }
        return left;
    }

    /** The operator here, or null. */
    private BinaryOperator operator() {
        for (BinaryOperator operator : BinaryOperator.values()) {
            if (token.is(operator.symbol())) {
                return operator;
            }
        }
        return null;
    }

    private Expression unary() {
        for (UnaryOperator operator : UnaryOperator.values()) {
            if (token.is(operator.symbol())) {
                advance();
                return new Unary(operator, unary());
            }
        }
        return primary();
    }

    private Expression primary() {
        if (token.is("(")) {
            return parenthesized();
        }
        Token here = token;
        switch (here.type()) {
            case NUMBER -> {
                advance();
                return new Constant(here.value(), here.text());
            }
            case NAME -> {
                return variable();
            }
            case STRING -> throw onlyComm(here);
            default -> throw expected("a value");
        }
    }

    private Expression parenthesized() {
        Token open = advance();
        Expression inner = binary(BinaryOperator.OR.precedence());
        if (!token.is(")")) {
            throw lexer.error(
                    "'(' at character " + open.at() + " is not closed: expected an operator or ')' at character "
                            + token.at() + ", found " + token.shown());
        }
        advance();
        return inner;
    }

    private Expression variable() {
        Token name = advance();
        int found = VARIABLES.indexOf(name.text());
        if (found < 0) {
            throw lexer.error("unknown variable " + name.shown() + " at character " + name.at() + ": "
                    + NearestNames.question(
                            name.text(),
                            VARIABLES,
                            "there are arg0 to arg11, retval, duration, tid, pid, cpu and comm"));
        }
        if (name.is(Variable.COMM)) {
            throw onlyComm(name);
        }
        Variable variable = Variable.values()[found];
        variables.add(variable);
        return new Read(variable);
    }

    /** Nothing that binds tighter may follow: it would belong to the string. */
    private Expression comm() {
        Token comm = advance();
        Token comparison = advance();
        Token string = token;
        if (!(comparison.is("==") || comparison.is("!=")) || string.type() != TokenType.STRING) {
            throw onlyComm(comm);
        }
        advance();
        BinaryOperator next = operator();
        if (next != null && next.precedence() > BinaryOperator.EQ.precedence()) {
            throw onlyComm(string);
        }
        if (CommIs.bytes(string.text()).length >= CommIs.BYTES) {
            throw lexer.error("the string at character " + string.at() + " is longer than " + (CommIs.BYTES - 1)
                    + " bytes: the kernel cuts the names of threads there, and none could be equal");
        }
        variables.add(Variable.COMM);
        return new CommIs(string.text(), comparison.is("!="));
    }

    /** The token that was here. */
    private Token advance() {
        Token here = token;
        token = lexer.next();
        return here;
    }

    private JavelinException expected(String what) {
        return lexer.error("expected " + what + " at character " + token.at() + ", found " + token.shown());
    }

    private JavelinException onlyComm(Token misused) {
        String other = misused.type() == TokenType.STRING ? "comm" : "a string";
        return lexer.error(misused.shown() + " at character " + misused.at() + " can only be compared with " + other
                + ": write comm == \"java\" or comm != \"java\"");
    }
}
