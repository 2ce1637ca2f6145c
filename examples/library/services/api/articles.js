export const articles = ["nest boxes", "seeds"];
