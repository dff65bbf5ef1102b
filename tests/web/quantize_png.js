// Converts an image to a PNG with a palette of at most 256 colours: about a third of the size for flat pages.
async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes]));
  const { width, height } = picture;
  const canvas = new OffscreenCanvas(width, height).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  const pixels = canvas.getImageData(0, 0, width, height).data;

  const count = new Map();
  for (let at = 0; at < pixels.length; at += 4) {
    const colour = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
    count.set(colour, (count.get(colour) ?? 0) + 1);
  }
  const palette = [...count].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 256).map(([colour]) => colour);
  const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];
  const place = new Map(palette.map((colour, index) => [colour, index]));
  const nearest = (colour) => {
    const [r, g, b] = parts(colour);
    const far = palette.map(parts).map(([x, y, z]) => (x - r) ** 2 + (y - g) ** 2 + (z - b) ** 2);
    return far.indexOf(Math.min(...far));
  };
  for (const colour of count.keys()) if (!place.has(colour)) place.set(colour, nearest(colour));

  const rows = new Uint8Array((width + 1) * height); // each begins with its filter: none
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      rows[y * (width + 1) + 1 + x] = place.get((pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2]);
    }
  }

  const packed = async (data) =>
    new Uint8Array(await new Response(new Blob([data]).stream().pipeThrough(new CompressionStream("deflate"))).arrayBuffer());
  const checksum = (data) => {
    let sum = ~0;
    for (const byte of data) {
      sum ^= byte;
      for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
    }
    return ~sum >>> 0;
  };
  const number = (value) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  const chunk = (name, data) => {
    const named = [...name].map((letter) => letter.charCodeAt(0)).concat([...data]);
    return [...number(data.length), ...named, ...number(checksum(named))];
  };
  const png = [
    137, 80, 78, 71, 13, 10, 26, 10,
    ...chunk("IHDR", [...number(width), ...number(height), 8, 3, 0, 0, 0]),
    ...chunk("PLTE", palette.flatMap(parts)),
    ...chunk("IDAT", await packed(rows)),
    ...chunk("IEND", []),
  ];
  let text = "";
  for (const byte of png) text += String.fromCharCode(byte);
  return btoa(text);
};
