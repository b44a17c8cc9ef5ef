# javac and java: the compiler, then threads, maps and a collected heap.
cat >Main.java <<'END'
import java.util.*;
import java.util.concurrent.*;
import java.util.zip.*;

public class Main {
    static long work(int n) throws Exception {
        Map<String, byte[]> map = new TreeMap<>();
        for (int i = 0; i < 20000; i++)
            map.put("key" + (i * 31 + n) % 5000, new byte[i % 500]);
        CRC32 sum = new CRC32();
        Deflater deflater = new Deflater();
        byte[] room = new byte[1024];
        for (byte[] value : map.values()) {
            deflater.reset();
            deflater.setInput(value);
            deflater.finish();
            sum.update(room, 0, deflater.deflate(room));
        }
        deflater.end();
        return sum.getValue();
    }

    public static void main(String[] arguments) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<Long>> results = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int n = i;
            results.add(threads.submit(() -> work(n)));
        }
        for (Future<Long> result : results)
            System.out.println(result.get());
        threads.shutdown();
    }
}
END
javac -J-Xmx128m Main.java && java -Xmx64m Main
