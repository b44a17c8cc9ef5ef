# node: objects, buffers, compression and worker threads.
cat >main.js <<'END'
const { Worker, isMainThread, parentPort, workerData } =
    require('worker_threads');
const zlib = require('zlib');
const crypto = require('crypto');

function work(n) {
    const map = new Map();
    for (let i = 0; i < 50000; i++)
        map.set(`key${(i * 31 + n) % 7000}`, 'v'.repeat(i % 90));
    const text = JSON.stringify([...map].sort());
    const packed = zlib.deflateSync(Buffer.from(text));
    const back = zlib.inflateSync(packed).toString();
    const chunks = [];
    for (let i = 0; i < 3000; i++)
        chunks.push(Buffer.alloc(i % 5000, i));
    const hash = crypto.createHash('sha256').update(Buffer.concat(chunks));
    return [back === text, text.length, hash.update(text).digest('hex')];
}

if (isMainThread) {
    const run = (n) => new Promise((done, fail) => {
        const worker = new Worker(__filename, { workerData: n });
        worker.on('message', done).on('error', fail);
    });
    Promise.all([0, 1, 2, 3].map(run)).then((all) => console.log(all));
} else {
    parentPort.postMessage(work(workerData));
}
END
node main.js
