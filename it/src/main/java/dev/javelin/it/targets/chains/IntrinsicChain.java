package dev.javelin.it.targets.chains;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/** Leaves in stubs and intrinsics: array copies, checksums, ciphers, big numbers, string searches. */
final class IntrinsicChain implements Chain {
    private static final int SIZE = 16_384;

    private final byte[] bytes = new byte[SIZE];
    private final byte[] more = new byte[SIZE];
    private final BigInteger big = BigInteger.ONE.shiftLeft(3000).subtract(BigInteger.TEN);
    private final Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
    private final String hay = "a".repeat(SIZE) + "needle";
    private int turn;

    IntrinsicChain() throws GeneralSecurityException {
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(new byte[16], "AES"));
    }

    @Override
    public void run() throws GeneralSecurityException {
        Work.keep(choose(turn++));
    }

    @Override
    public Grammar grammar() {
        Grammar jdk = Grammar.anyOf("java.", "javax.", "jdk.", "sun.", "com.sun.");
        return Grammar.seq(
                Grammar.calls("IntrinsicChain.run", "IntrinsicChain.choose"),
                Grammar.either(
                        Grammar.seq(Grammar.calls("IntrinsicChain.copies"), jdk),
                        Grammar.seq(Grammar.calls("IntrinsicChain.sums"), jdk),
                        Grammar.seq(Grammar.calls("IntrinsicChain.secrets"), jdk),
                        Grammar.seq(Grammar.calls("IntrinsicChain.numbers"), jdk),
                        Grammar.seq(Grammar.calls("IntrinsicChain.texts"), jdk)));
    }

    private long choose(int which) throws GeneralSecurityException {
        return switch (which % 5) {
            case 0 -> copies();
            case 1 -> sums();
            case 2 -> secrets();
            case 3 -> numbers();
            default -> texts();
        };
    }

    private long copies() {
        long sum = 0;
        for (int i = 0; i < 40; i++) {
            System.arraycopy(bytes, i, more, 0, SIZE - 100);
            Arrays.fill(bytes, (byte) i);
            sum += Arrays.equals(bytes, more) ? 1 : Arrays.hashCode(more);
        }
        return sum;
    }

    private long sums() throws GeneralSecurityException {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        return crc.getValue() + digest.digest(bytes)[0];
    }

    private long secrets() throws GeneralSecurityException {
        return cipher.update(bytes, 0, SIZE, more);
    }

    private long numbers() {
        double sum = 0;
        for (int i = 0; i < 500; i++) {
            sum += Math.pow(i, 0.3) + Math.sin(i) + Math.log(i + 1.0);
        }
        return big.modPow(BigInteger.valueOf(1023), big.add(BigInteger.TWO)).bitLength() + (long) sum;
    }

    private long texts() {
        long found = hay.indexOf("needle");
        return found + hay.getBytes(StandardCharsets.UTF_16).length + (hay.equals(hay + "x") ? 1 : 0);
    }
}
