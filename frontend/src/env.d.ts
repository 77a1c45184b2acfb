declare module "virtual:zh" {
	const words: Record<string, string>;
	export default words;
}
