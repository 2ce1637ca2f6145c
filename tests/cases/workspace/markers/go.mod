module root
